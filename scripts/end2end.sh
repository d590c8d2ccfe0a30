#!/bin/sh
# Tests what visitors and editors see, in a real browser. Arguments go to Playwright.
#
# CHROMIUM names the browser, LANDFALL_BIN the server; both have defaults.
set -eu
cd "$(dirname "$0")/.."
export LANDFALL_BIN="${LANDFALL_BIN:-${CARGO_TARGET_DIR:-$PWD/target}/debug/landfall}"

# The first program of these names that there is.
first() {
    for name in "$@"; do
        command -v "$name" && return
    done
    return 1
}

browser() {
    first ${CHROMIUM:+"$CHROMIUM"} chromium chromium-browser google-chrome
}

if ! CHROMIUM=$(browser); then
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
        echo 'end2end: Chromium is missing. On Debian: sudo apt-get install -y chromium' >&2
        echo 'end2end: or name a Chromium or Chrome in the variable CHROMIUM' >&2
        exit 1
    fi
    scripts/say.sh 'Installing Chromium. This takes about a minute.'
    apt-get update -qq >/dev/null
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null
    CHROMIUM=$(browser)
fi
export CHROMIUM

scripts/npm.sh end2end
cd end2end
npm run --silent check
exec npm test --silent -- "$@"
