# shellcheck shell=bash
# What the scripts beside it share. They are told what to do by variables of the environment, never by text that is put
# into a script: a title, a branch or a path of a pull request is data.
#
#   POLICYC_PATHS          where the policy is, a path on each line; none: what policyc.toml says, or the current directory
#   POLICYC_DENY_WARNINGS  `true`: warnings fail the check
#   POLICYC_TABLES         decision tables, one on each line
#   POLICYC_BASE           the revision to compare with
#   POLICYC_FAIL_ON        changes that must not be, one on each line: `gain`, `loss`, `gain:CATEGORY`, `loss:CATEGORY`
#   POLICYC_COMMENT_KEY    tells apart the comments of several policies in one repository

# Says why nothing more is done.
die() {
    printf 'error: %s\n' "$1" >&2
    exit 2
}

# A line that services show beside the log. Line ends would begin another command of the service.
notice() {
    local level=$1 text=${2//[$'\r\n']/ }
    if [ "${GITHUB_ACTIONS:-}" = true ]; then
        printf '::%s::%s\n' "$level" "$text"
    else
        printf '%s: %s\n' "$level" "$text" >&2
    fi
}

# The items of a text, one on each line, as the array `items`. Blanks around an item don't count.
read_items() {
    items=()
    local line
    while IFS= read -r line || [ -n "$line" ]; do
        line="${line#"${line%%[![:space:]]*}"}"
        line="${line%"${line##*[![:space:]]}"}"
        if [ -n "$line" ]; then items+=("$line"); fi
    done <<< "${1:-}"
}

# A file in the log. What stands in a policy must not become a command of the service.
show() {
    local token
    if [ "${GITHUB_ACTIONS:-}" != true ]; then
        cat "$1"
        return
    fi
    token=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
    printf '::stop-commands::%s\n' "$token"
    cat "$1"
    printf '::%s::\n' "$token"
}
