#!/bin/sh
# Tell KStars about the driver: its entry in the list of drivers, and the executables on the PATH. Any number of times.
#
#   tools/install_driver.sh install   copy xml/indi_dome_driver.xml to PREFIX/share/indi, link both commands into BIN
#   tools/install_driver.sh remove    take both away again
#
# PREFIX=/usr       where KStars' INDI data is (its setting "INDI drivers directory" without /share/indi)
# BIN=/usr/local/bin, FROM=.venv/bin, DESTDIR= for trying it elsewhere
set -eu
cd "$(dirname "$0")/.."

PREFIX=${PREFIX:-/usr}
BIN=${BIN:-/usr/local/bin}
FROM=${FROM:-$(pwd -P)/.venv/bin}
DESTDIR=${DESTDIR:-}
ENTRY=indi_dome_driver.xml
SHARE=$DESTDIR$PREFIX/share/indi
LINKS=$DESTDIR$BIN
COMMANDS="indi_dome_driver indi-dome"

say() { printf 'install_driver: %s\n' "$*"; }

fail() {
    printf 'install_driver: %s\n' "$*" >&2
    exit 1
}

# Nearest folder that exists, to see who may write there.
standing() {
    folder=$1
    while [ ! -d "$folder" ]; do folder=$(dirname "$folder"); done
    printf '%s\n' "$folder"
}

# Ours is a link that leads to one of our commands, wherever the checkout stood then.
is_ours() { [ -L "$1" ] && case $(readlink "$1") in */"$(basename "$1")") true ;; *) false ;; esac; }

need_rights() {
    for folder in "$SHARE" "$LINKS"; do
        [ -w "$(standing "$folder")" ] || fail "$folder takes root. Run: sudo $0 $1"
    done
}

case ${1:-} in
    install)
        for command in $COMMANDS; do
            [ -x "$FROM/$command" ] || fail "$FROM/$command is missing: run 'make venv' first (as yourself, not as root)"
            link=$LINKS/$command
            [ ! -e "$link" ] || is_ours "$link" || fail "$link is something else and stays; move it away first"
        done
        need_rights install
        mkdir -p "$SHARE" "$LINKS"
        # A copy: KStars skips symbolic links in this folder.
        cp xml/$ENTRY "$SHARE/$ENTRY"
        chmod 644 "$SHARE/$ENTRY"
        say "$SHARE/$ENTRY: KStars lists 'Abaque Dome' among the domes after its next start"
        for command in $COMMANDS; do
            ln -sfn "$FROM/$command" "$LINKS/$command"
            say "$LINKS/$command -> $FROM/$command"
        done
        ;;
    remove)
        need_rights remove
        rm -f "$SHARE/$ENTRY"
        for command in $COMMANDS; do
            if is_ours "$LINKS/$command"; then rm -f "$LINKS/$command"; fi
        done
        say "removed; settings in ~/.indi and ~/.config/indi_dome_driver stay"
        ;;
    *) fail "say what: install or remove (PREFIX=$PREFIX BIN=$BIN)" ;;
esac
