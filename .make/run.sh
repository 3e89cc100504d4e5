#!/usr/bin/env bash
# Starts the service, and a private Redis beside it when REDIS_URL names none. Ctrl-C stops both.
set -euo pipefail
# Each child gets a process group of its own, so that Ctrl-C reaches this script alone, which then stops the service
# first and its Redis after it. Should the script itself be killed, the kernel ends them (setpriv --pdeathsig).
set -m

root=$(cd "$(dirname "$0")/.." && pwd)
port=${PORT:-8080}
run=$root/.run
service=0
redis=0

stop() {
    trap - INT TERM EXIT
    for pid in "$service" "$redis"; do
        if [ "$pid" -ne 0 ] && kill -TERM "$pid" 2>/dev/null; then wait "$pid" 2>/dev/null || true; fi
    done
}
trap 'echo; echo "Stopping."; stop; exit 0' INT TERM
trap stop EXIT

if (exec 3<>"/dev/tcp/127.0.0.1/$port") 2>/dev/null; then
    echo "Port $port is taken by another program. Take another one: make run PORT=$((port + 1))" >&2
    exit 1
fi

mkdir -p "$run"
if [ -z "${REDIS_URL:-}" ]; then
    socket=$run/redis.sock
    shown=.run/redis.sock
    # A socket's path has room for 107 bytes.
    if [ ${#socket} -gt 100 ]; then
        socket=$(mktemp -d)/redis.sock
        shown=$socket
    fi
    if redis-cli -s "$socket" ping >/dev/null 2>&1; then
        echo "Another 'make run' of this folder is going on: it uses $shown." >&2
        exit 1
    fi
    # Redis appends to its log, and so does this: neither reads it.
    # shellcheck disable=SC2094
    # `always`: what was confirmed is on the disk. One wait serves all events that arrive together.
    setpriv --pdeathsig TERM -- "$root/docker/redis.sh" "$run" --port 0 --unixsocket "$socket" --unixsocketperm 600 \
        --dir "$run" --appendonly yes --appendfsync always --save "" --hash-max-listpack-value 256 --daemonize no \
        --logfile "$run/redis.log" --pidfile "" 2>>"$run/redis.log" &
    redis=$!
    tries=100
    until redis-cli -s "$socket" ping 2>/dev/null | grep -q PONG; do
        tries=$((tries - 1))
        if [ "$tries" -eq 0 ] || ! kill -0 "$redis" 2>/dev/null; then
            echo "redis-server does not start; it says:" >&2
            tail -n 5 "$run/redis.log" >&2
            exit 1
        fi
        sleep 0.1
    done
    encoded=${socket//%/%25}
    encoded=${encoded//@/%40}
    REDIS_URL=unix:${encoded//\?/%3F}
    redis_cli="redis-cli -s $shown"
else
    redis_cli="redis-cli -u \"\$REDIS_URL\""
fi

# Who tries the demonstration shall not look for the token in the log.
if [ "${DEMO:-0}" = 1 ] && [ -z "${ADMIN_TOKEN:-}" ]; then
    ADMIN_TOKEN=demo-$(od -An -N8 -tx1 /dev/urandom | tr -d ' \n')
    export ADMIN_TOKEN
fi
PORT=$port REDIS_URL=$REDIS_URL JOURNAL_DIR=${JOURNAL_DIR:-$run/journal} \
    setpriv --pdeathsig TERM -- "$root/.build/release/crmsync" serve &
service=$!
until curl --silent --fail --output /dev/null "http://127.0.0.1:$port/readyz"; do
    if ! kill -0 "$service" 2>/dev/null; then
        wait "$service" || exit $?
        exit 1
    fi
    sleep 0.1
done

base=${BASE_PATH:-/make-server-b43c05fb}
demo=
if [ "${DEMO:-0}" = 1 ]; then
    demo="
The demonstration: open both beside each other, register, book a car, and close the tab in the middle of it.

  http://127.0.0.1:$port$base/demo     the website
  http://127.0.0.1:$port$base/admin    the dashboard; its token: $ADMIN_TOKEN
"
fi
cat <<TEXT

crmsync is ready on http://127.0.0.1:$port. In another terminal, in this folder:

  curl http://127.0.0.1:$port$base/track-event -H 'Content-Type: application/json' -d '{
    "event_type": "booking.completed",
    "customer": {"id": "user123", "email": "john@example.com", "name": "John Doe", "phone": "+1234567890"},
    "event_data": {"vehicle_id": "car_789", "vehicle_name": "Toyota Camry", "total_amount": 450.00}}'

  $redis_cli --scan
  $redis_cli HGETALL crm_contact_\$($redis_cli GET crm_contact_email_john@example.com)
  $redis_cli SUBSCRIBE crm_task_urgent

$demo
Ctrl-C stops it. The data stays in .run.

TEXT
wait "$service"
