#!/bin/sh
# Installs the npm packages that a folder's lock file names, unless they are there already.
set -eu
cd "$(dirname "$0")/.."
say=$PWD/scripts/say.sh
cd "$1"
stamp=node_modules/.installed
cmp -s package-lock.json "$stamp" && exit 0
"$say" "Installing npm packages for $1."
npm ci --no-audit --no-fund --loglevel=error
cp package-lock.json "$stamp"
