#!/usr/bin/env bash
# Writes the seed corpora and dictionaries to fuzz/seeds: every test case and policy of this repository, for the target that reads
# its kind. Nothing of it is committed, so it never lags behind. Artifacts are compiled by the command from the same files.
set -euo pipefail
cd "$(dirname "$0")/.."

seeds=fuzz/seeds
rm -rf "$seeds"
mkdir -p "$seeds"/{dsl,yaml,csv,artifact,dictionaries}

# A flat name: tests/cases/a/b.policy > tests-cases-a-b.policy
flat() { printf '%s' "${1//\//-}"; }

# The DSL and YAML: files, and the blocks of the book and the README.
find policies tests README.md book/src -type f | sort | while read -r path; do
    case "$path" in
    *.policy) cp "$path" "$seeds/dsl/$(flat "$path")" ;;
    *.yaml | *.yml) cp "$path" "$seeds/yaml/$(flat "$path")" ;;
    *.md)
        for kind in policy:dsl yaml:yaml; do
            awk -v language="${kind%:*}" -v to="$seeds/${kind#*:}/$(flat "$path")" '
                /^ *```/ { if (inside) { inside = 0; close(file) } else if ($1 == "```" language) { inside = 1; file = to "-" ++n } ; next }
                inside { print > file }' "$path"
        done
        ;;
    esac
done

# The layout reads what the DSL does.
cp -r "$seeds/dsl" "$seeds/fmt"

# Tables, each behind a line that names the policy it is about; and their first rows, which mutate faster than all of them.
for table in tests/conformance/*/cases.csv; do
    system=$(basename "$(dirname "$table")")
    { printf '# %s\n' "$system"; cat "$table"; } >"$seeds/csv/$system"
    { printf '# %s\n' "$system"; head -n 4 "$table"; } >"$seeds/csv/$system-short"
done

# Artifacts: whatever compiles, with and without what can be stripped.
cargo build --quiet --locked --bin policyc
compile() { target/debug/policyc compile --no-config "$2" -o "$seeds/artifact/$1" >/dev/null 2>&1 || true; }
compile small fuzz/small.policy
target/debug/policyc compile --help | grep -q -- --strip &&
    target/debug/policyc compile --no-config --strip fuzz/small.policy -o "$seeds/artifact/small-stripped" >/dev/null
for system in policies/*/; do compile "$(basename "$system")" "$system"; done
find tests/cases -name 'near.*' | sort | while read -r path; do compile "$(flat "$path")" "$path"; done

# The words that a grammar quotes, for the mutations of its texts.
words() { LC_ALL=C sort -u | grep -E '^[[:graph:]]+$' | sed 's/["\\]/\\&/g; s/.*/"&"/'; }
grep -o '"[^"\\]*"' grammar/policy.pest | tr -d '"' | words >"$seeds/dictionaries/dsl"
cp "$seeds/dictionaries/dsl" "$seeds/dictionaries/fmt"
{
    cat "$seeds"/yaml/* | grep -oE '[a-z_-]+:' || true
    printf '%s\n' '[' ']' '{' '}' '&a' '*a' '<<:' '---' '...' '|' '>-' '!!str' '? ' "'" '"'
} | words >"$seeds/dictionaries/yaml"
{
    head -qn 1 tests/conformance/*/cases.csv | tr ',' '\n'
    cut -d, -f2-8 tests/conformance/*/cases.csv | tr ',;|=' '\n' | sort | uniq -c | sort -rn | awk 'NR <= 200 { print $2 }'
    printf '%s\n' ',' '""' '|' ';' '=' '#' 'resource.' 'context.' 'principal.' '2027-01-31T12:00:00Z' '10.0.0.0/8' '::1'
} | words >"$seeds/dictionaries/csv"

for kind in dsl fmt yaml csv artifact; do
    printf '%s: %s seeds\n' "$kind" "$(find "$seeds/$kind" -type f | wc -l)"
done
