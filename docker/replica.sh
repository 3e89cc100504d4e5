#!/bin/sh
# Runs crmsync with a journal that no other replica uses, for containers that share one volume:  crmsync-replica serve
#
# The first replica uses JOURNAL_DIR itself, further ones use JOURNAL_DIR/replica-2 and so on. The lock is held by the
# process and ends with it, so the next container takes over the folder, and applies what is queued there.
set -eu
# The events hold personal data.
umask 077

number=1
while [ "$number" -le 64 ]; do
    folder=$JOURNAL_DIR
    if [ "$number" -gt 1 ]; then folder=$JOURNAL_DIR/replica-$number; fi
    mkdir -p "$folder"
    exec 9>"$folder/replica"
    if flock --nonblock 9; then
        JOURNAL_DIR=$folder
        export JOURNAL_DIR
        exec crmsync "$@"
    fi
    number=$((number + 1))
done
echo "crmsync-replica: 64 replicas use $JOURNAL_DIR already" >&2
exit 1
