#!/usr/bin/env bash
# Passes all suites but the browser's with the address sanitizer, then with the thread sanitizer; SANITIZERS=thread
# takes one of them, and arguments go to `swift test`. What a page sends as it ends depends on time, which both stretch.
#
# Tests start receivers as processes of their own, which inherit the options (Tests/TestSupport/Spawner.swift) and write
# what they find into a file each: a report from whichever process makes the run fail, though no test looks for it.
set -uo pipefail
cd "$(dirname "$0")/.." || exit

failed=0
for sanitizer in ${SANITIZERS:-address thread}; do
    scratch=$PWD/.build/$sanitizer
    reports=$scratch/reports
    rm -rf "$reports"
    mkdir -p "$reports"
    options="log_path='$reports/report':log_exe_name=1"
    case $sanitizer in
    # Leaks are not looked for: what lives as long as the process is not taken down before its end.
    # What is freed is kept back in 32 MB, not 256: some tests measure the memory of a receiver.
    address) export ASAN_OPTIONS="$options:detect_leaks=0:quarantine_size_mb=32" ;;
    thread) export TSAN_OPTIONS="$options" ;;
    *) echo "crmsync: SANITIZERS takes address and thread, not $sanitizer" >&2 && exit 64 ;;
    esac

    echo "Tests with the $sanitizer sanitizer"
    swift test --disable-xctest --scratch-path "$scratch" --sanitize="$sanitizer" --skip BrowserTests "$@" || failed=1
    found=$(find "$reports" -type f | wc -l)
    echo "Reports of the $sanitizer sanitizer: $found"
    [ "$found" -eq 0 ] || failed=1
    find "$reports" -type f | head -n 5 | while IFS= read -r report; do
        echo "== $report"
        head -n 60 "$report"
    done
done
exit $failed
