#!/usr/bin/env bash
# Measures in a real Chromium what the guide quotes of the tracker and the dashboard: ROUNDS (100) page closings of each
# kind, 15 minutes in all.
set -euo pipefail
cd "$(dirname "$0")/.."
MEASURE=1 swift test --disable-xctest --filter Measurements | sed -n 's/^MEASURED //p'
