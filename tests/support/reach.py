#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""reach.py PROGRAM FOLDER: tests, one a line, that together reach 7 of 8 lines of PROGRAM that
all of them reach, in little time. FOLDER is what tests/run leaves with REACH=FOLDER."""

import glob
import os
import shutil
import subprocess
import sys

ENOUGH = 0.875


def tool(name):
    """Of the version that dev-deps installs where it is there."""
    return shutil.which(name + "-14") or name


def lines_of(program, profiles):
    """The lines that ran, as (file, number)."""
    merged = profiles[0] + ".merged"
    subprocess.run([tool("llvm-profdata"), "merge", "-failure-mode=all", "-o", merged, *profiles],
                   check=True, stderr=subprocess.DEVNULL)
    export = subprocess.run([tool("llvm-cov"), "export", "--format=lcov", "-instr-profile", merged,
                             program], check=True, stdout=subprocess.PIPE, text=True)
    os.remove(merged)
    reached, file = set(), None
    for line in export.stdout.splitlines():
        kind, _, rest = line.partition(":")
        if kind == "SF":
            file = rest
        elif kind == "DA" and not rest.endswith(",0"):
            reached.add((file, rest.partition(",")[0]))
    return reached


def main():
    program, folder = sys.argv[1:]
    reach, cost = {}, {}
    for path in glob.glob(os.path.join(folder, "*.ms")):
        name = os.path.basename(path)[:-len(".ms")]
        profiles = glob.glob(os.path.join(folder, glob.escape(name) + ".*.profraw"))
        reach[name] = lines_of(program, profiles) if profiles else set()
        with open(path, encoding="ascii") as file:
            cost[name] = int(file.read()) + 1000
    every, seen, chosen = set().union(*reach.values()), set(), set()
    while len(seen) < len(every) * ENOUGH:
        best = max(sorted(reach), key=lambda name: len(reach[name] - seen) / cost[name])
        seen |= reach[best]
        chosen.add(best)
    print("\n".join(sorted(chosen)))


main()
