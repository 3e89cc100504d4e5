#!/usr/bin/env bash
# Takes the pictures that the README shows: a private Redis, the built program in demonstration mode, a real Chromium.
set -euo pipefail
cd "$(dirname "$0")/.."
.make/pictures.py "$@"
