# SPDX-License-Identifier: MIT
"""schema.py SCHEMA: each line of standard input is JSON that the schema allows; else says why not."""

import json
import sys

from jsonschema import Draft202012Validator


def reasons(instance, errors, depth=0):
    """What is wrong, of alternatives only that of the same command."""
    for error in errors:
        others = {}
        for inner in error.context or []:
            others.setdefault(inner.schema_path[0], []).append(inner)
        same = [o for o in others.values() if not any(list(e.path) == ["command"] for e in o)]
        if same and depth < 9:
            for alternative in same:
                yield from reasons(instance, alternative, depth + 1)
        else:
            yield f"{error.json_path}: {error.message[-200:]}"


with open(sys.argv[1], encoding="utf-8") as file:
    schema = json.load(file)
Draft202012Validator.check_schema(schema)
validator = Draft202012Validator(schema)
wrong = 0
for number, line in enumerate(sys.stdin, 1):
    instance = json.loads(line)
    found = list(validator.iter_errors(instance))
    wrong += bool(found)
    for reason in dict.fromkeys(reasons(instance, found)):
        print(f"{number}: {instance.get('command')}: {reason}")
sys.exit(1 if wrong else 0)
