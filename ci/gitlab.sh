#!/usr/bin/env bash
# One job of GitLab CI: check, test, and the difference as a note on the merge request. Reports for GitLab lie in policyc-reports/.
# See common.sh for the variables, and comment.sh for the token.
set -euo pipefail
here=${BASH_SOURCE[0]%/*}

mkdir -p policyc-reports
status=0
# For people in the log, and for GitLab in a report.
"$here/check.sh" human || status=1
"$here/check.sh" junit > policyc-reports/check.xml || true
"$here/test.sh" human || status=1
"$here/test.sh" junit > policyc-reports/test.xml || true
if [ -n "${CI_MERGE_REQUEST_IID:-}" ]; then
    POLICYC_BASE=${POLICYC_BASE:-${CI_MERGE_REQUEST_DIFF_BASE_SHA:-}} \
        "$here/diff.sh" policyc-reports/diff.md || status=1
    "$here/comment.sh" gitlab policyc-reports/diff.md
fi
exit "$status"
