#!/usr/bin/env bash
# Lints Swift, shell, JavaScript and the Lua programs that Redis runs. Ends with 1 where a linter objects.
#
# Goes without a linter that is missing, and says so; on Debian and Ubuntu, where `.make/setup.sh check` installs them,
# a missing one is a failure.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
failed=0

# have COMMAND PACKAGE LANGUAGE: whether the linter of a language is installed.
have() {
    command -v "$1" >/dev/null && return
    echo "$1 is missing, so $3 is not linted." >&2
    if command -v apt-get >/dev/null; then
        echo "Install it: apt-get install --no-install-recommends $2" >&2
        failed=1
    fi
    return 1
}

# Assembles the Lua programs as Script.swift does: a line `--@ FILE` stands for that file, `-- APPLY` for apply.lua
# (DryRun.swift), and the constants that a Swift file passes to a script are its first locals. Each line of
# $scratch/NAME.map gives the origin of the same line of $scratch/NAME.lua.
assemble() {
    local scripts=Sources/Store/Scripts source script
    : >"$scratch/constants"
    # shellcheck disable=SC2013
    for source in $(grep -rl 'constants: constants' Sources/Store --include='*.swift'); do
        script=$(sed -n 's/.*Script("\([a-z-]*\.lua\)", constants: constants).*/\1/p' "$source")
        grep -no '("[a-z_]*", S' "$source" |
            sed -n "s|^\([0-9]*\):(\"\([a-z_]*\)\".*|$script \2 $source:\1|p" >>"$scratch/constants"
    done
    for program in "$scripts"/*.lua; do
        awk -v folder="$scripts" -v program="$(basename "$program")" -v out="$scratch/$(basename "$program" .lua)" '
            function put(text, origin) { print text > (out ".lua"); print origin > (out ".map") }
            function add(name, isWhole,   line, number, path, i) {
                path = folder "/" name
                while ((getline line < path) > 0) {
                    number++
                    if (number == 1 && line ~ /^#!/) {
                        put(isWhole ? line : "--", path ":" number)
                        for (i = 1; i <= constants; i++)
                            if (script[i] == name) put("local " constant[i] " = 0", origin[i])
                    } else if (line ~ /^--@ /) add(substr(line, 5), 0)
                    else if (line == "-- APPLY") add("apply.lua", 0)
                    else put(line, path ":" number)
                }
                close(path)
                if (!number) print path " is missing, which " program " includes" > "/dev/stderr"
                if (!number) exit 1
            }
            { constants++; script[constants] = $1; constant[constants] = $2; origin[constants] = $3 }
            END { add(program, 1) }' "$scratch/constants" || return
    done
}

# Lints the programs and reports each finding at its place in the files. A file may be part of several programs: there
# an unused function counts only if none of them uses it.
lint_lua() {
    local config=$PWD/.make/luacheck.lua status=0
    assemble || return
    (cd "$scratch" && luacheck --config "$config" --codes --formatter plain --no-color -- *.lua) >"$scratch/findings" ||
        status=$?
    # 1 and 2 mean findings; a higher status means that luacheck itself failed.
    if [ "$status" -gt 2 ]; then return 1; fi
    awk -F: -v scratch="$scratch" '
        FILENAME ~ /\.map$/ {
            name = FILENAME; sub(/.*\//, "", name); sub(/\.map$/, ".lua", name)
            origin[name, FNR] = $0
            if (!((name, $0) in seen)) programs[$0]++
            seen[name, $0] = 1
            next
        }
        {
            where = origin[$1, $2]; text = $0
            sub(/^[^:]*:[0-9]*:/, "", text)
            if (where == "") { print; found = 1; next }
            finding = where ":" text
            if (!(finding in times)) order[++findings] = finding
            times[finding]++; of[finding] = programs[where]; everywhere[finding] = text ~ /\(W[2-6]/
        }
        END {
            for (i = 1; i <= findings; i++) {
                if (everywhere[order[i]] && times[order[i]] < of[order[i]]) continue
                print order[i]; found = 1
            }
            exit found
        }' "$scratch"/*.map "$scratch/findings"
}

swift format lint --strict --recursive Sources Tests Package.swift || failed=1
if have shellcheck shellcheck shell; then shellcheck .make/*.sh .ci/run docker/*.sh || failed=1; fi
if have luacheck lua-check Lua; then lint_lua || failed=1; fi
if have eslint eslint JavaScript; then
    # A Node from elsewhere does not search the folders of Debian's packages. The unix format needs no further package.
    NODE_PATH=/usr/share/nodejs:/usr/lib/nodejs eslint --no-eslintrc --config .make/eslint.json --format unix \
        --ext .js,.mjs Sources Tests || failed=1
fi
exit "$failed"
