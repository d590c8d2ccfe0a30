#!/bin/sh
# Every check and test, from the quick to the slow. Run it as `make test`.
set -eu
cd "$(dirname "$0")/.."
export LANDFALL_RUNTIME_DIR="$LANDFALL_CACHE/runtime" RAYON_NUM_THREADS=1
# Tests bring services of their own.
unset DATABASE_URL REDIS_URL OPENAI_API_KEY OPENAI_BASE_URL
wasm='--target wasm32-unknown-unknown'

# The tests put a real Varnish before the server. Debian has it where only root looks for programs.
PATH="$PATH:/usr/local/sbin:/usr/sbin"
if ! command -v varnishd >/dev/null 2>&1; then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        echo 'test: Varnish is missing. On Debian: sudo apt-get install -y varnish' >&2
        exit 1
    fi
    scripts/say.sh 'Installing Varnish. This takes about a minute.'
    apt-get update -qq >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq varnish >/dev/null
fi

scripts/say.sh 'Formatting.'
cargo fmt --all --check

scripts/say.sh 'What must never reach the browser is not in its dependency tree.'
tree=$(cargo tree --package frontend $wasm --edges normal --prefix none)
for crate in sqlx redis tokio; do
    if echo "$tree" | grep -q "^$crate v"; then
        echo "test: $crate is in the frontend's dependency tree" >&2
        exit 1
    fi
done

scripts/say.sh 'SQL queries against the schema. From nothing this takes about 6 minutes on 2 cores.'
scripts/queries.sh check

scripts/say.sh 'Lints.'
cargo clippy --workspace --exclude frontend --all-targets -- -D warnings
cargo clippy --package frontend --package domain $wasm -- -D warnings

scripts/say.sh 'Unit, property and integration tests. From nothing this takes about 10 minutes on 2 cores.'
cargo test --workspace --exclude frontend --features app/ssr

scripts/site.sh
scripts/say.sh 'The visitor in a real browser.'
# The tests above have built the server.
scripts/end2end.sh
