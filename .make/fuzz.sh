#!/usr/bin/env bash
# Fuzzes the parsers for FUZZ_SECONDS (default 120) with libFuzzer, which comes with the Swift toolchain. A finding ends
# it with a message and leaves its input in .build/fuzz; FUZZ_SEED repeats a run.
set -euo pipefail
cd "$(dirname "$0")/.."
scratch=.build/fuzz
flags=(-c release --scratch-path "$scratch" -Xswiftc -sanitize=fuzzer -Xswiftc -DFUZZING -Xswiftc -parse-as-library)

swift build "${flags[@]}" --target Fuzz
# Linked here and not by the package manager, which would put a main of its own in the place of libFuzzer's.
objects=$(find "$scratch"/release/{HTTP,CRM,Loop,Store,Journal,Service,Fuzz}.build -name '*.o')
# shellcheck disable=SC2086
swiftc -emit-executable -sanitize=fuzzer -o "$scratch/fuzz" $objects -lhiredis

mkdir -p "$scratch/corpus"
"$scratch/fuzz" -max_total_time="${FUZZ_SECONDS:-120}" -seed="${FUZZ_SEED:-0}" -max_len=8192 -timeout=5 \
    -rss_limit_mb=1024 -print_final_stats=1 -artifact_prefix="$scratch/" "$scratch/corpus" Tests/Fuzz/Seeds
