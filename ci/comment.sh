#!/usr/bin/env bash
# Puts a report where reviewers see it: comment.sh github|gitlab REPORT. One comment is kept and written anew; a hidden line at its
# beginning tells which. Without a token, or where it must not write (a pull request from a fork), it says so and fails nothing.
#
#   github  GITHUB_TOKEN, GITHUB_REPOSITORY, GITHUB_API_URL, POLICYC_PULL_REQUEST; GITHUB_STEP_SUMMARY gets the report too
#   gitlab  POLICYC_GITLAB_TOKEN (scope `api`), CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID
#
# POLICYC_COMMENT other than `true` writes no comment. POLICYC_COMMENT_AUTHOR is who writes the comment; the default is what the job's own token of GitHub is called.
# Needs bash, curl and jq.
set -euo pipefail
# shellcheck source=ci/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

forge=${1:?github or gitlab}
report=${2:?the report}
# What could not be compared has no report, and said why.
if [ ! -e "$report.state" ]; then exit 0; fi
state=$(cat "$report.state")
key=${POLICYC_COMMENT_KEY:-policy}
key=${key//[^A-Za-z0-9._-]/-}
marker="<!-- policyc: $key -->"
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT

# As many whole lines of a file as fit into a number of bytes. What they leave open is closed, and what is missing is said.
cut_to() {
    LC_ALL=C awk -v limit="$2" '
        BEGIN { left = limit - 400 }
        { size = length($0) + 1; total += size }
        !cut && size <= left {
            left -= size
            print
            if ($0 ~ /^```/) { fence = !fence }
            if (!fence) { open += gsub(/<details>/, "&") - gsub(/<\/details>/, "&") }
            next
        }
        { cut = 1; missing++ }
        END {
            if (!cut) { exit }
            if (fence) { print "```" }
            for (; open > 0; open--) { print "\n</details>" }
            printf "\n**Cut off here:** %d more lines do not fit. `policyc diff` shows all of them.\n", missing
        }' "$1"
}

# api METHOD URL [FILE]: what the service answers. The token never stands among the arguments, which every process can see.
api() {
    local body=()
    if [ "$#" -gt 2 ]; then body=(--header "Content-Type: application/json" --data-binary "@$3"); fi
    printf 'header = "%s"\n' "$header" |
        curl --config - --silent --show-error --fail --max-time 60 --request "$1" ${body[@]+"${body[@]}"} "$2"
}

give_up() {
    notice warning "the report could not be written as a comment: $1"
    exit 0
}

if [ "$forge" = github ] && [ -n "${GITHUB_STEP_SUMMARY:-}" ]; then
    cut_to "$report" 1000000 >> "$GITHUB_STEP_SUMMARY"
fi
case $forge in
    github)
        limit=65536
        number=${POLICYC_PULL_REQUEST:-}
        token=${GITHUB_TOKEN:-}
        header="Authorization: Bearer $token"
        author=${POLICYC_COMMENT_AUTHOR:-github-actions[bot]}
        api=${GITHUB_API_URL:-https://api.github.com}/repos/${GITHUB_REPOSITORY:-}
        list=$api/issues/$number/comments
        update() { printf 'PATCH %s' "$api/issues/comments/$1"; }
        written='.user.login'
        ;;
    gitlab)
        limit=1000000
        number=${CI_MERGE_REQUEST_IID:-}
        token=${POLICYC_GITLAB_TOKEN:-}
        header="PRIVATE-TOKEN: $token"
        api=${CI_API_V4_URL:-}/projects/${CI_PROJECT_ID:-}
        list=$api/merge_requests/$number/notes
        update() { printf 'PUT %s' "$list/$1"; }
        written='.author.username'
        ;;
    *) die "\`$forge\` is not known; write \`github\` or \`gitlab\`" ;;
esac
# A branch without a pull request has no place for a comment.
if [ -z "$number" ] || [ "$state" = skipped ] || [ "${POLICYC_COMMENT:-true}" != true ]; then exit 0; fi
if [ -z "$token" ]; then give_up "there is no token"; fi
case $number in
    *[!0-9]*) die "\`$number\` is no number of a pull request" ;;
esac
if [ "$forge" = gitlab ]; then
    author=${POLICYC_COMMENT_AUTHOR:-$(api GET "$CI_API_V4_URL/user" | jq -r '.username')} || give_up "the token is not accepted"
fi

# Only a comment of our own is taken up: anybody could write the hidden line.
id=
page=1
while :; do
    api GET "$list?per_page=100&page=$page" > "$scratch/page" || give_up "the comments cannot be read"
    id=$(jq -r --arg marker "$marker" --arg author "$author" \
        "[.[] | select($written == \$author and (.body | startswith(\$marker)))][0].id // empty" "$scratch/page")
    if [ -n "$id" ] || [ "$(jq length "$scratch/page")" -lt 100 ]; then break; fi
    page=$((page + 1))
done
# Where nothing changes, a comment is not begun, only brought up to date.
if [ "$state" = same ] && [ -z "$id" ]; then exit 0; fi

{
    printf '%s\n' "$marker"
    cut_to "$report" "$((limit - ${#marker} - 1))"
} > "$scratch/body"
jq -n --rawfile body "$scratch/body" '{body: $body}' > "$scratch/json"
if [ -n "$id" ]; then
    read -r method url <<< "$(update "$id")"
else
    method=POST url=$list
fi
api "$method" "$url" "$scratch/json" > /dev/null || give_up "the token must not write comments here"
