# shellcheck shell=bash
# SPDX-License-Identifier: MIT
# Shared by the scripts of this folder: complaints are lines "file:line: what is wrong".

set -u
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

complaints=0

# complain TEXT: one finding.
complain() {
    printf '%s\n' "$1"
    complaints=$((complaints + 1))
}

# none_of WHY FILES-AND-GREP-ARGUMENTS...: every line that grep finds is a complaint.
none_of() {
    local why=$1 line
    shift
    while IFS= read -r line; do
        local rest=${line#*:*:}
        complain "${line%"$rest"} $why: ${rest#"${rest%%[![:space:]]*}"}"
    done < <(grep -HnE "$@")
}

# code FILE...: the files as lines "FILE:LINE:TEXT", with comments and the contents of strings blanked.
code() {
    awk '
    FNR == 1 { comment = 0 }
    {
        line = $0; out = ""
        while (line != "") {
            if (comment) {
                at = index(line, "*/")
                if (at == 0) break
                line = substr(line, at + 2); comment = 0
                continue
            }
            if (!match(line, /["\047\/]/)) { out = out line; break }
            out = out substr(line, 1, RSTART - 1); line = substr(line, RSTART)
            if (match(line, /^"([^"\\]|\\.)*"/)) {
                out = out "\"\""; line = substr(line, RLENGTH + 1)
            } else if (match(line, /^\047([^\047\\]|\\.)+\047/)) {
                out = out "0"; line = substr(line, RLENGTH + 1)
            } else if (substr(line, 1, 2) == "/*") {
                comment = 1; line = substr(line, 3)
            } else if (substr(line, 1, 2) == "//") {
                line = ""
            } else {
                out = out substr(line, 1, 1); line = substr(line, 2)
            }
        }
        print FILENAME ":" FNR ":" out
    }' "$@" /dev/null
}

# search WHY REGEXP FILES...: every line of code (no comment, no string) that matches.
search() {
    local why=$1 pattern=$2 file line text
    shift 2
    while IFS=: read -r file line text; do
        complain "$file:$line: $why: ${text#"${text%%[![:space:]]*}"}"
    done < <(code "$@" | grep -E "^[^:]*:[0-9]*:.*($pattern)")
}

# verdict: ends a script.
verdict() {
    if [ "$complaints" != 0 ]; then
        printf '%s: %d complaints\n' "$(basename "$0" .sh)" "$complaints"
        exit 1
    fi
    exit 0
}
