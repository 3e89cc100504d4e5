#!/usr/bin/env bash
# Installs what the build needs and the machine lacks; with `tests` also what the tests need, with `check` the linters
# too. Does nothing, quickly, when nothing is missing.
set -euo pipefail

swift_wanted=6.2
if ! command -v swift >/dev/null; then
    echo "Swift is missing: install $swift_wanted or newer from https://www.swift.org/install/linux/" >&2
    echo "(or do without: docker compose -f docker/compose.yaml up --build)" >&2
    exit 1
fi
swift_found=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\.[0-9]*\).*/\1/p')
if [ "$(printf '%s\n' "$swift_wanted" "$swift_found" | sort -V | head -n 1)" != "$swift_wanted" ]; then
    echo "Swift $swift_found is too old: install $swift_wanted or newer from https://www.swift.org/install/linux/" >&2
    exit 1
fi

missing=()
command -v redis-server >/dev/null || missing+=(redis-server)
command -v redis-cli >/dev/null || missing+=(redis-tools)
command -v curl >/dev/null || missing+=(curl)
command -v setpriv >/dev/null || missing+=(util-linux)
[ -e /usr/include/hiredis/hiredis.h ] || [ -e /usr/local/include/hiredis/hiredis.h ] || missing+=(libhiredis-dev)
if [ "${1:-}" = tests ] || [ "${1:-}" = check ]; then
    command -v chromium >/dev/null || missing+=(chromium)
    # The examples of the documentation.
    command -v python3 >/dev/null || missing+=(python3)
    command -v openssl >/dev/null || missing+=(openssl)
fi
if [ "${1:-}" = profile ]; then command -v valgrind >/dev/null || missing+=(valgrind); fi
# The linters, and what the bench compares with. The bench goes without those that this system has no package of.
optional=()
if [ "${1:-}" = check ]; then
    command -v luacheck >/dev/null || optional+=(lua-check)
    command -v shellcheck >/dev/null || optional+=(shellcheck)
    command -v eslint >/dev/null || optional+=(eslint)
fi
if [ "${1:-}" = bench ]; then
    command -v node >/dev/null || optional+=(nodejs)
    command -v webdis >/dev/null || optional+=(webdis)
fi
[ $((${#missing[@]} + ${#optional[@]})) -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
    if [ ${#missing[@]} -eq 0 ]; then exit 0; fi
    echo "These are missing, and this is no Debian or Ubuntu: ${missing[*]}" >&2
    echo "Install what your system calls them, then try again." >&2
    exit 1
fi
as_root=()
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        if [ ${#missing[@]} -eq 0 ]; then exit 0; fi
        echo "These are missing: ${missing[*]}. Run this as root: apt-get install ${missing[*]}" >&2
        exit 1
    fi
    as_root=(sudo)
fi

# Debian starts a server as soon as it is installed. We start our own, private one; so for the time of the installation
# a policy says no (unless the machine has a policy already), and the next boot is told the same.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
    trap '"${as_root[@]}" rm -f "$policy"' EXIT
    printf '#!/bin/sh\nexit 101\n' | "${as_root[@]}" tee "$policy" >/dev/null
    "${as_root[@]}" chmod 755 "$policy"
fi
install() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends -qq "$@"
}
if [ ${#missing[@]} -gt 0 ]; then
    echo "Installing ${missing[*]}"
    # The list of packages is fetched only when it turns out to be absent or too old.
    install "${missing[@]}" >/dev/null 2>&1 ||
        { "${as_root[@]}" apt-get update -qq && install "${missing[@]}" >/dev/null; }
fi
for package in "${optional[@]}"; do
    echo "Installing $package"
    install "$package" >/dev/null 2>&1 ||
        { "${as_root[@]}" apt-get update -qq && install "$package" >/dev/null 2>&1; } ||
        echo "$package could not be installed: make ${1:-} has to do without it." >&2
done
if [ -d /run/systemd/system ]; then
    for server in redis-server webdis; do
        [[ " ${missing[*]} ${optional[*]} " == *" $server "* ]] || continue
        systemctl is-enabled --quiet "$server" 2>/dev/null || continue
        "${as_root[@]}" systemctl disable --quiet "$server"
        echo "The system's own $server service stays off: sudo systemctl enable --now $server turns it on."
    done
fi
