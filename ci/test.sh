#!/usr/bin/env bash
# Runs the tests of the policy and the rows of its tables: test.sh FORMAT, as `policyc test --format` takes it. See common.sh
# for the variables.
set -euo pipefail
# shellcheck source=ci/common.sh
. "${BASH_SOURCE[0]%/*}/common.sh"

arguments=(test "--format=${1:-human}")
read_items "${POLICYC_TABLES:-}"
for table in ${items[@]+"${items[@]}"}; do arguments+=("--table=$table"); done
read_items "${POLICYC_PATHS:-}"
policyc "${arguments[@]}" -- ${items[@]+"${items[@]}"}
