#!/usr/bin/env bash
# Installs the built program and what an operator needs beside it. Changes nothing in /etc, and starts nothing.
#   PREFIX   where it will run from (/usr/local)
#   DESTDIR  a folder to install into instead, whose contents are then copied to /
#   PROGRAM  the built program (.build/release/crmsync)
set -euo pipefail

root=$(cd "$(dirname "$0")/.." && pwd)
prefix=${PREFIX:-/usr/local}
to=${DESTDIR:-}$prefix
program=${PROGRAM:-$root/.build/release/crmsync}

case $prefix in
/*) ;;
*)
    echo "PREFIX must begin with a slash: $prefix" >&2
    exit 1
    ;;
esac
if [ "${1:-}" = remove ]; then
    rm -fv "$to/bin/crmsync" "$to/share/man/man1/crmsync.1" \
        "$to/share/bash-completion/completions/crmsync" "$to/share/zsh/site-functions/_crmsync" \
        "$to/lib/systemd/system/crmsync@.service" \
        "$to/lib/sysusers.d/crmsync.conf"
    rm -rfv "$to/lib/crmsync" "$to/share/crmsync"
    exit 0
fi
if [ ! -x "$program" ]; then
    echo "There is no program yet at $program: run make build first" >&2
    exit 1
fi

put() { install -D -m "$1" "$2" "$3" && echo "$3"; }
# The unit and its helpers name the place where they are installed.
put_at_prefix() {
    install -D -m "$1" /dev/null "$3"
    sed "s|/usr/local/|$prefix/|g" "$2" >"$3"
    echo "$3"
}

# What the program prints of itself: the file below share, then the words of the command.
print() {
    local file=$to/share/$1
    shift
    install -D -m 644 /dev/null "$file"
    "$program" "$@" >"$file"
    echo "$file"
}

put 755 "$program" "$to/bin/crmsync"
# Without the names of its functions it has half the size.
if command -v strip >/dev/null; then strip --strip-all "$to/bin/crmsync"; fi
print man/man1/crmsync.1 help man
print bash-completion/completions/crmsync completion bash
print zsh/site-functions/_crmsync completion zsh
put_at_prefix 644 "$root/.make/systemd/crmsync@.service" "$to/lib/systemd/system/crmsync@.service"
put 644 "$root/.make/systemd/sysusers.conf" "$to/lib/sysusers.d/crmsync.conf"
put 755 "$root/docker/redis.sh" "$to/lib/crmsync/redis.sh"
put_at_prefix 644 "$root/.make/systemd/redis-server.conf" "$to/share/crmsync/redis-server.conf"
put 644 "$root/docker/redis.conf" "$to/share/crmsync/redis.conf"
put 644 "$root/.make/systemd/crmsync.env" "$to/share/crmsync/crmsync.env"
put 644 "$root/.make/proxy/nginx.conf" "$to/share/crmsync/nginx.conf"
put 644 "$root/.make/proxy/Caddyfile" "$to/share/crmsync/Caddyfile"
put 644 "$root/.make/prometheus/crmsync.rules.yml" "$to/share/crmsync/crmsync.rules.yml"
put 644 "$root/.make/kubernetes/crmsync.yaml" "$to/share/crmsync/kubernetes.yaml"
