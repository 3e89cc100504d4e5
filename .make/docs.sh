#!/usr/bin/env bash
# Builds the guide with DocC, which comes with the Swift toolchain; a warning is an error. DOCS=folder keeps the result,
# a website. Before that, checks links, anchors and the form of README.md and the guide.
set -euo pipefail
cd "$(dirname "$0")/.."

docc=$(command -v docc || true)
[ -n "$docc" ] || docc=$(dirname "$(readlink -f "$(command -v swift)")")/docc
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
mkdir "$scratch/crmsync.docc"

.make/docs.py "$scratch/crmsync.docc"
"$docc" convert "$scratch/crmsync.docc" --warnings-as-errors --fallback-display-name crmsync \
    --fallback-bundle-identifier crmsync --output-path "${DOCS:-$scratch/site}"
echo "The guide is in order: $(find Sources/Documentation.docc -name '*.md' | wc -l) pages."
