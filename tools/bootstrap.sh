#!/bin/sh
# Install what is missing, and say so first. `make` calls it; it can be called by hand, any number of times.
#
#   tools/bootstrap.sh system   the programs the demo and the tests start: indiserver and the C++ simulators (indi-bin)
#   tools/bootstrap.sh venv     .venv with the locked packages and this project
#
# PYTHON=/path/to/python chooses the interpreter of .venv. Debian, Raspberry Pi OS and Ubuntu are known by their apt-get.
set -eu
cd "$(dirname "$0")/.."

LOCK=requirements/dev.lock
VENV=.venv
STAMP=$VENV/.bootstrap-stamp

say() { printf 'bootstrap: %s\n' "$*"; }

fail() {
    printf 'bootstrap: %s\n' "$*" >&2
    exit 1
}

# quietly COMMAND...: keep the output in a log, show its end when the command fails.
quietly() {
    log=$(mktemp "${TMPDIR:-/tmp}/indi-dome-bootstrap.XXXXXX")
    if "$@" >"$log" 2>&1 </dev/null; then
        rm -f "$log"
        return 0
    fi
    printf 'bootstrap: that failed; the end of its output (all of it: %s):\n' "$log" >&2
    tail -n 20 "$log" >&2
    return 1
}

# as_root COMMAND...: run as root, or with a sudo that asks nothing.
as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

apt_get() { as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=120 "$@"; }

apt_install_once() { quietly apt_get install -y --no-install-recommends "$@"; }

all_known() {
    for package in "$@"; do
        # No pipe into `grep -q`: with its reader gone early apt-cache would fail.
        [ -n "$(apt-cache show --no-all-versions "$package" 2>/dev/null)" ] || return 1
    done
}

# apt_install WHY PACKAGE...
apt_install() {
    why=$1
    shift
    command -v apt-get >/dev/null 2>&1 ||
        fail "$why. There is no apt-get here: install what Debian calls '$*' by your system's means, then try again."
    if [ "$(id -u)" -ne 0 ] && ! sudo -n true 2>/dev/null; then
        say "$why, and installing it takes root. Run this, then try again:"
        fail "    sudo apt-get update && sudo apt-get install -y --no-install-recommends $*"
    fi
    if ! all_known "$@"; then
        say "apt-get update: the list of packages does not know $* yet"
        quietly apt_get update || fail "the list of packages could not be fetched: is there a network?"
    fi
    say "apt-get install $*: $why"
    if ! apt_install_once "$@"; then
        say "apt-get update, then once more: the list of packages may be too old"
        quietly apt_get update || fail "the list of packages could not be fetched: is there a network?"
        apt_install_once "$@" || fail "apt-get could not install $*"
    fi
}

# usable PYTHON: is it one of the versions that the lock is for?
usable() { "$1" -c 'import sys; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' >/dev/null 2>&1; }

has_venv() { "$1" -c 'import ensurepip, venv' >/dev/null 2>&1; }

# The first usable Python that can make environments, else the first usable one.
find_python() {
    if [ -n "${PYTHON:-}" ]; then
        usable "$PYTHON" && printf '%s\n' "$PYTHON"
        return
    fi
    first=
    for candidate in python3.13 python3.12 python3.11 python3; do
        usable "$candidate" || continue
        [ -n "$first" ] || first=$candidate
        if has_venv "$candidate"; then
            printf '%s\n' "$candidate"
            return
        fi
    done
    [ -z "$first" ] || printf '%s\n' "$first"
}

# The Debian package that brings ensurepip for this Python.
venv_package() {
    own=$("$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
    debian=$(/usr/bin/python3 -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null || true)
    if [ "$own" = "$debian" ]; then
        echo python3-venv
    else
        echo "python$own-venv"
    fi
}

# need WHY PACKAGE...: gather, so that one command installs everything and one line tells it.
needs=
reasons=
need() {
    reasons="${reasons:+$reasons; }$1"
    shift
    needs="${needs:+$needs }$*"
}

need_for_system() {
    command -v indiserver >/dev/null 2>&1 ||
        need "indiserver is missing, which the demo and the system tests start" indi-bin
}

need_for_venv() {
    if is_current || is_reusable; then
        return
    fi
    python=$(find_python || true)
    if [ -n "$python" ]; then
        has_venv "$python" || need "$python cannot make virtual environments" "$(venv_package "$python")"
    elif [ -n "${PYTHON:-}" ]; then
        fail "PYTHON=$PYTHON is not a Python from 3.11 to 3.13"
    elif command -v python3 >/dev/null 2>&1; then
        fail "no Python from 3.11 to 3.13 here ($(python3 --version 2>&1)): install one, or name it with PYTHON="
    else
        need "there is no Python" python3 python3-venv
    fi
}

# What .venv depends on: where it lies, whose Python it is, what is in it.
stamp() {
    pwd -P
    "$VENV/bin/python" -c 'import sys; print(sys.version)'
    cksum "$LOCK" setup.cfg pyproject.toml
}

# Is .venv as it should be, and made with PYTHON where one is given?
is_current() { [ -f "$STAMP" ] && [ "$(stamp 2>/dev/null)" = "$(cat "$STAMP")" ] && is_wanted_python; }

is_wanted_python() {
    [ -n "${PYTHON:-}" ] || return 0
    base='import os, sys; print(sys.version, os.path.realpath(sys.base_prefix))'
    [ "$("$PYTHON" -c "$base" 2>/dev/null)" = "$("$VENV/bin/python" -c "$base" 2>/dev/null)" ]
}

# Can .venv be brought up to date where it stands? Its scripts name their folder, so a moved one cannot.
is_reusable() {
    [ -f "$STAMP" ] && [ "$(head -n 1 "$STAMP")" = "$(pwd -P)" ] && usable "$VENV/bin/python" && is_wanted_python
}

pip_install() {
    quietly "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check --no-input \
        --no-deps --no-compile "$@"
}

# What pip would do one file after the other takes a third of the time on all cores and without the packages' own tests.
# Only speed hangs on it: Python compiles at the first import what is not compiled here.
compile_packages() { "$VENV/bin/python" -m compileall -q -j 0 -x '/tests/' "$VENV/lib" >/dev/null 2>&1 || true; }

install_venv() {
    if is_current; then
        return
    fi
    [ -f "$LOCK" ] || fail "$LOCK is missing: this is not a whole checkout"
    if is_reusable; then
        say "updating $VENV: the lock or the setup files changed"
    else
        python=$(find_python || true)
        has_venv "${python:-none}" || fail "${python:-Python} still cannot make virtual environments: choose another with PYTHON="
        say "making $VENV with $python ($("$python" --version 2>&1))"
        rm -rf "$VENV"
        quietly "$python" -m venv "$VENV" || fail "$VENV could not be made"
    fi
    rm -f "$STAMP"
    say "installing the packages of $LOCK into $VENV (no compiler needed; about a minute)"
    pip_install --require-hashes -r "$LOCK" ||
        fail "the packages could not be installed: is there a network, and is this x86-64 or 64-bit ARM?"
    compile_packages
    say "installing this project into $VENV, editable"
    pip_install --no-build-isolation --editable . || fail "the project could not be installed"
    stamp >"$STAMP"
}

[ "$#" -gt 0 ] || fail "say what: system, venv, or both"
for part in "$@"; do
    case $part in
        system) need_for_system ;;
        venv) need_for_venv ;;
        *) fail "unknown part '$part': system or venv" ;;
    esac
done
# shellcheck disable=SC2086  # a list of package names, to be split
[ -z "$needs" ] || apt_install "$reasons" $needs
for part in "$@"; do
    [ "$part" != venv ] || install_venv
done
