#!/bin/sh
# Installs a build tool of the version this repository works with into LANDFALL_CACHE/tools.
#
# The tools are built without optimisation: they run for seconds, and build for minutes.
set -eu
cd "$(dirname "$0")/.."
tools=$LANDFALL_CACHE/tools
export CARGO_TARGET_DIR="$tools/target" CARGO_PROFILE_RELEASE_OPT_LEVEL=0 CARGO_PROFILE_RELEASE_LTO=off \
    CARGO_PROFILE_RELEASE_CODEGEN_UNITS=256

case $1 in
wasm-bindgen)
    # The bundle's two halves must come from the same version.
    version=$(sed -n '/^name = "wasm-bindgen"$/{n;s/version = "\(.*\)"/\1/p;}' Cargo.lock)
    have=$("$tools/bin/wasm-bindgen" --version 2>/dev/null || true)
    [ "$have" = "wasm-bindgen $version" ] && exit 0
    scripts/say.sh "Building wasm-bindgen $version, once. This takes about 3 minutes on 2 cores."
    cargo install --quiet --force --root "$tools" wasm-bindgen-cli --version "$version"
    ;;
cargo-leptos)
    [ -x "$tools/bin/cargo-leptos" ] && exit 0
    scripts/say.sh 'Building cargo-leptos, once. This takes about 10 minutes on 2 cores.'
    cargo install --quiet --locked --root "$tools" cargo-leptos --version 0.3.6 \
        --no-default-features --features no_downloads
    ;;
oha)
    [ -x "$tools/bin/oha" ] && exit 0
    scripts/say.sh 'Building the load generator oha, once. This takes about 5 minutes on 2 cores.'
    # A load generator should cost little itself.
    unset CARGO_PROFILE_RELEASE_OPT_LEVEL CARGO_PROFILE_RELEASE_CODEGEN_UNITS
    cargo install --quiet --locked --root "$tools" oha --version 1.16.0 --no-default-features --features rustls
    ;;
*)
    echo "tools: unknown tool $1" >&2
    exit 2
    ;;
esac
rm -rf "$tools/target"
