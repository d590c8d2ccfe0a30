#!/bin/sh
# Compiles every SQL query against the schema of migrations/ and describes it in .sqlx, so that a
# build needs no database. `check` fails when .sqlx is not what the queries and the schema say.
set -eu
cd "$(dirname "$0")/.."
if [ "$1" = compile ]; then
    # Called below, with a database.
    touch engine/src/lib.rs
    # The whole workspace, because the lints after this need all of it checked the same way.
    SQLX_OFFLINE=false SQLX_OFFLINE_DIR="$2" cargo check --quiet --workspace --exclude frontend --all-targets
    exit
fi
described=$(mktemp -d)
trap 'rm -rf "$described"' EXIT
scripts/postgres.sh scripts/queries.sh compile "$described"
case $1 in
update)
    rm -rf .sqlx
    cp -R "$described" .sqlx
    chmod 755 .sqlx
    ;;
check)
    diff -r "$described" .sqlx || {
        echo 'queries: .sqlx is not up to date; run `make sqlx` and commit it' >&2
        exit 1
    }
    ;;
esac
