#!/usr/bin/env bash
# Finds what is wrong with the policy: check.sh FORMAT, as `policyc check --format` takes it. See common.sh for the variables.
set -euo pipefail
# shellcheck source=ci/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

arguments=(check "--format=${1:-human}")
if [ "${POLICYC_DENY_WARNINGS:-}" = true ]; then arguments+=(--deny warnings); fi
read_items "${POLICYC_PATHS:-}"
policyc "${arguments[@]}" -- ${items[@]+"${items[@]}"}
