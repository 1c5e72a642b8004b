#!/usr/bin/env bash
# Builds the command from the sources beside it: install.sh key prints what a build depends on; install.sh build ROOT puts it
# to ROOT/bin unless it is there already. Needs cargo.
set -euo pipefail
cd "${BASH_SOURCE[0]%/*}/.."

case ${1:-} in
    key)
        # The pages of findings are part of the command.
        find src grammar book/src/diagnostics Cargo.toml Cargo.lock -type f | LC_ALL=C sort |
            git hash-object --no-filters --stdin-paths | git hash-object --stdin
        ;;
    build)
        root=${2:?where to put it}
        if [ -x "$root/bin/policyc" ] || [ -x "$root/bin/policyc.exe" ]; then exit 0; fi
        cargo install --locked --path . --root "$root"
        ;;
    *)
        echo "error: write \`install.sh key\` or \`install.sh build ROOT\`" >&2
        exit 2
        ;;
esac
