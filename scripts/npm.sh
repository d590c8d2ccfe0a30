#!/bin/sh
# Installs the npm packages that a folder's lock file names, unless they are there already.
set -eu
cd "$(dirname "$0")/../$1"
stamp=node_modules/.installed
cmp -s package-lock.json "$stamp" && exit 0
"$OLDPWD/scripts/say.sh" "Installing npm packages for $1." 2>/dev/null || true
npm ci --no-audit --no-fund --loglevel=error
cp package-lock.json "$stamp"
