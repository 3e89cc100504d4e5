#!/bin/sh
# Starts redis-server with these arguments, once the file in DIR is in order:  redis.sh DIR ARGUMENT...
# Starts valkey-server where that is installed instead. REDIS_PASSWORD, where it is set, is the password that clients
# must give.
#
# A Redis that was killed while it wrote (kill -9, power cut) may leave half of a transaction at the end of its file.
# Redis 7 cuts off the last command of it only and appends to the rest: the start after the next one then applies half
# an event that was never acknowledged, beside the whole one that was applied after all. redis-check-aof cuts off the
# transaction as a whole.
set -eu

if command -v redis-server >/dev/null; then engine=redis; else engine=valkey; fi
manifest=$1/appendonlydir/appendonly.aof.manifest
shift
if [ -f "$manifest" ] && ! found=$("$engine-check-aof" "$manifest" 2>&1); then
    case $found in
    # A file to which this happened before: cutting here would cost all that came after it.
    *"Unexpected MULTI"*) ;;
    *)
        echo "The last transaction in ${manifest%.manifest} was never finished: it is cut off." >&2
        echo y | "$engine-check-aof" --fix "$manifest" >&2
        ;;
    esac
fi
if [ -n "${REDIS_PASSWORD:-}" ]; then set -- "$@" --requirepass "$REDIS_PASSWORD"; fi
exec "$engine-server" "$@"
