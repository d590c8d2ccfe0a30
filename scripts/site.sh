#!/bin/sh
# Builds what the server sends as files, in target/site: public/ and the admin's bundle in pkg/.
#
# `cargo leptos build --release` makes the same; this needs one large tool less.
set -eu
cd "$(dirname "$0")/.."
site=target/site
wasm=$CARGO_TARGET_DIR/wasm32-unknown-unknown/wasm-release/frontend.wasm

scripts/say.sh "Building the admin's bundle. From nothing this takes about 3 minutes on 2 cores."
cargo build --package frontend --target wasm32-unknown-unknown --profile wasm-release

mkdir -p "$site"
cp -R public/. "$site"
if [ ! -e "$site/pkg/landfall.wasm" ] || [ "$wasm" -nt "$site/pkg/landfall.wasm" ]; then
    rm -rf "$site/pkg.new"
    wasm-bindgen "$wasm" --target web --no-typescript --out-dir "$site/pkg.new" --out-name landfall
    # Debian's own wasm-opt breaks the bundle without saying so: this is the one from style/package.json.
    # It uses the features the module names; with --all-features browsers refuse the outcome.
    style/node_modules/.bin/wasm-opt -Oz "$site/pkg.new/landfall_bg.wasm" -o "$site/pkg.new/landfall.wasm"
    rm "$site/pkg.new/landfall_bg.wasm"
    rm -rf "$site/pkg"
    mv "$site/pkg.new" "$site/pkg"
fi
(cd style && tailwindcss --input admin.css --minify --output "../$site/pkg/landfall.css" >/dev/null 2>&1) || {
    echo 'site: Tailwind could not build style/admin.css' >&2
    exit 1
}

# The server sends these when a browser takes them, instead of compressing anything itself.
node -e '
const { brotliCompressSync, gzipSync, constants } = require("zlib");
const { readFileSync, writeFileSync } = require("fs");
for (const name of ["landfall.js", "landfall.wasm", "landfall.css"]) {
    const path = `${process.argv[1]}/pkg/${name}`;
    const bytes = readFileSync(path);
    writeFileSync(`${path}.br`, brotliCompressSync(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: 11 } }));
    writeFileSync(`${path}.gz`, gzipSync(bytes));
}' "$site"
