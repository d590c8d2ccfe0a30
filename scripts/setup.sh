#!/bin/sh
# Brings everything a build and a run need. Each step does nothing when its work is done.
set -eu
cd "$(dirname "$0")/.."

need() { # program, Debian package
    command -v "$1" >/dev/null 2>&1 && return
    if [ "$(id -u)" = 0 ]; then sudo=''; else sudo='sudo '; fi
    echo "setup: $1 is missing. On Debian or Ubuntu: ${sudo}apt-get install -y $2" >&2
    exit 1
}

command -v cargo >/dev/null 2>&1 || {
    echo 'setup: cargo is missing. Install Rust from https://rustup.rs, then run this again.' >&2
    exit 1
}
need cc gcc
need node nodejs
need npm npm
need python3 python3
[ "$(node -p 'process.versions.node.split(".")[0]')" -ge 20 ] || {
    echo "setup: Node $(node --version) is too old; version 20 or newer is needed (https://nodejs.org)." >&2
    exit 1
}

wasm=$(rustc --print sysroot)/lib/rustlib/wasm32-unknown-unknown
if [ ! -d "$wasm" ]; then
    scripts/say.sh 'Adding the WebAssembly target to Rust.'
    rustup target add wasm32-unknown-unknown
fi
scripts/npm.sh style
scripts/runtime.sh >/dev/null
scripts/tools.sh wasm-bindgen
