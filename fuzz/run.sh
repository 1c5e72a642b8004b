#!/usr/bin/env bash
# Builds the fuzz targets with the stable compiler and runs each of them: `fuzz/run.sh [SECONDS [TARGET...]]`, 15 seconds each if
# nothing is said. Needs a C++ compiler for libFuzzer, and neither cargo-fuzz nor a nightly compiler. What it finds on the way is kept in
# fuzz/corpus, inputs that fail in fuzz/artifacts; both are taken up by the next run.
set -euo pipefail
cd "$(dirname "$0")"

seconds=${1:-15}
shift $(($# > 0 ? 1 : 0))
targets=("$@")
[ ${#targets[@]} -gt 0 ] || targets=(dsl fmt yaml csv artifact)

./seeds.sh

# What cargo-fuzz sets, without the sanitizer: there is no unsafe code here to find faults in.
host=$(rustc -vV | sed -n 's/^host: //p')
flags="--cfg fuzzing -Cpasses=sancov-module"
for flag in level=4 inline-8bit-counters pc-table trace-compares; do
    flags+=" -Cllvm-args=-sanitizer-coverage-$flag"
done
RUSTFLAGS="$flags" cargo build --locked --release --target "$host"

for target in "${targets[@]}"; do
    corpus=corpus/$target
    mkdir -p "$corpus" "artifacts/$target"
    arguments=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -max_len=16384)
    arguments+=(-artifact_prefix="artifacts/$target/" -print_final_stats=1)
    [ -f "seeds/dictionaries/$target" ] && arguments+=(-dict="seeds/dictionaries/$target")
    printf '\n== %s\n' "$target"
    log=artifacts/$target.log
    if ! "target/$host/release/$target" "${arguments[@]}" "$corpus" "seeds/$target" >"$log" 2>&1; then
        tail -n 60 "$log"
        printf 'the target %s failed; the input is in fuzz/artifacts/%s\n' "$target" "$target"
        exit 1
    fi
    grep -E '^stat::(number_of_executed_units|average_exec|peak_rss)|DONE' "$log"
done
