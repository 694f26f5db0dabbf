#!/bin/sh
# Write requirements/*.lock from setup.cfg: every version pinned, every file by its hash, no address of any index inside.
# Versions already locked are kept while they fit; UPGRADE=1 takes the newest ones.
set -eu
cd "$(dirname "$0")/.."

UV_VERSION=0.13.9
tools_dir=.venv/lock-tools

if [ -n "${UV:-}" ]; then
    uv=$UV
elif command -v uv >/dev/null 2>&1; then
    uv=uv
else
    uv=$tools_dir/bin/uv
    if [ ! -x "$uv" ]; then
        echo "lock: no uv on this machine, installing uv $UV_VERSION into $tools_dir"
        .venv/bin/python -m venv "$tools_dir"
        "$tools_dir/bin/python" -m pip install --quiet --disable-pip-version-check "uv==$UV_VERSION"
    fi
fi

# compile NAME [uv option...]
compile() {
    name=$1
    shift
    echo "lock: requirements/$name.lock"
    "$uv" pip compile --quiet --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" \
        ${UPGRADE:+--upgrade} "$@" --output-file "requirements/$name.lock" setup.cfg
}

mkdir -p requirements
compile dev --extra dev
UPGRADE=
compile runtime --constraints requirements/dev.lock
compile pi --extra pi --constraints requirements/dev.lock
