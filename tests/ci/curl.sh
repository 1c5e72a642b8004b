#!/usr/bin/env bash
# Stands for curl: keeps what it is given in $FAKE/calls/, and answers a request from $FAKE/METHOD-PAGE.json.
set -euo pipefail
mkdir -p "$FAKE/calls"
number=$(find "$FAKE/calls" -name '*.arguments' | wc -l | tr -d ' ')
call=$FAKE/calls/$number
printf '%s\n' "$@" > "$call.arguments"
cat > "$call.config"
method=GET url=${*: -1}
while [ "$#" -gt 1 ]; do
    case $1 in
        --request) method=$2 ;;
        --data-binary) cp "${2#@}" "$call.body" ;;
    esac
    shift
done
printf '%s %s\n' "$method" "$url" >> "$FAKE/requests"
if [ -e "$FAKE/no-$method" ]; then
    echo "curl: (22) The requested URL returned error: 403" >&2
    exit 22
fi
if [[ $url == */user ]]; then echo '{ "username": "policy-bot" }'; exit; fi
page=${url##*page=}
if [ -e "$FAKE/$method-$page.json" ]; then cat "$FAKE/$method-$page.json"; else echo '[]'; fi
