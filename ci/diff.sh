#!/usr/bin/env bash
# Says who gains and who loses what since the base, in markdown: diff.sh REPORT. Beside it REPORT.state says what came of it:
# `same`, `changed`, or `skipped` where there was nothing to compare. See common.sh for the variables.
#
# Exit codes: 0 compared, or nothing to compare with; 1 a change that POLICYC_FAIL_ON names, or the policy has errors; 2 wrong usage.
set -euo pipefail
# shellcheck source=ci/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

report=${1:?the file to write}
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# Ends with a report of one paragraph.
finish() {
    local state=$1 code=$2 text=$3
    printf '### Permissions\n\n%s\n' "$text" > "$report"
    printf '%s\n' "$state" > "$report.state"
    printf '%s\n' "$text"
    exit "$code"
}

is_commit() { git rev-parse --verify --quiet --end-of-options "$1^{commit}" > /dev/null; }
is_shallow() { [ "$(git rev-parse --is-shallow-repository)" = true ]; }

# The commit to compare with, as `start`.
find_start() {
    local base=${POLICYC_BASE:-} branch=${GITHUB_BASE_REF:-}
    if [ -z "$base" ] && [ -n "$branch" ]; then
        base=refs/remotes/origin/$branch
        is_commit "$base" || git fetch --quiet --no-tags --depth 1 origin "+refs/heads/$branch:$base" || true
    fi
    if [ -z "$base" ]; then
        finish skipped 0 "Nothing was compared: this run has no base. Name one with POLICYC_BASE."
    fi
    case $base in
        -*) die "\`$base\` is no revision" ;;
    esac
    if ! is_commit "$base" && git fetch --quiet --no-tags --depth 1 origin "$base"; then
        base=$(git rev-parse FETCH_HEAD)
    fi
    is_commit "$base" || die "\`$base\` is no revision of this checkout; check out its history too"
    # What a branch changes is seen from where it began.
    if ! start=$(git merge-base "$base" HEAD) && is_shallow; then
        git fetch --quiet --no-tags --unshallow origin || true
        start=$(git merge-base "$base" HEAD) || true
    fi
    if [ -z "${start:-}" ]; then
        start=$(git rev-parse --verify --end-of-options "$base^{commit}")
        notice notice "no commit in common with the base is known here; compared with the base itself"
    fi
}

# Whether there is a policy in a commit.
has_policy() {
    local path
    if [ "${#items[@]}" -eq 0 ]; then
        git ls-tree -r --name-only "$1" -- . | grep -qE '\.(policy|ya?ml)$'
        return
    fi
    for path in "${items[@]}"; do
        if git cat-file -e "$1:./${path%/}" 2> /dev/null; then return 0; fi
    done
    return 1
}

read_items "${POLICYC_PATHS:-}"
find_start
short=$(git rev-parse --short "$start")
if ! has_policy "$start"; then
    finish skipped 0 "There is no policy in \`$short\` yet, so there is nothing to compare with."
fi

arguments=(diff "$start..HEAD")
for path in ${items[@]+"${items[@]}"}; do arguments+=("--policy=$path"); done
code=0
policyc "${arguments[@]}" --format=markdown --exit-code > "$scratch/out" 2> "$scratch/err" || code=$?
show "$scratch/err" >&2
if [ "$code" -ge 2 ]; then exit 2; fi
if [ "$code" -eq 0 ]; then
    finish same 0 "Nobody gains or loses anything since \`$short\`."
fi
if [ ! -s "$scratch/out" ]; then
    # A change that mends a broken policy must not fail for what it mends.
    if policyc check --format=short -- ${items[@]+"${items[@]}"} > /dev/null 2>&1; then
        finish skipped 0 "The policy in \`$short\` has errors, so there is nothing to compare with."
    fi
    finish changed 1 "The policy has errors, so nothing was compared with \`$short\`. The check says which."
fi

# What must not be is told before the rest, which may be cut off.
gates=()
read_items "${POLICYC_FAIL_ON:-}"
for gate in ${items[@]+"${items[@]}"}; do gates+=("--fail-on=$gate"); done
refused=0
if [ "${#gates[@]}" -gt 0 ]; then
    policyc "${arguments[@]}" "${gates[@]}" > /dev/null 2> "$scratch/gates" || refused=$?
    show "$scratch/gates" >&2
fi
{
    printf '### Permissions since %s\n\n' "\`$short\`"
    if [ "$refused" -ne 0 ]; then
        sed -n 's/^refused: \(.*\)$/**Refused:** \1\n/p' "$scratch/gates"
    fi
    cat "$scratch/out"
} > "$report"
printf 'changed\n' > "$report.state"
show "$report"
exit "$((refused > 2 ? 2 : refused))"
