#!/bin/sh
# Installs what is missing to build (`deps.sh build`), to test (`test`), to measure (`bench`) or to
# try a live run on real servers (`stack`). Debian and Ubuntu; elsewhere it lists what is needed and
# stops.
set -eu
build="gcc make pkg-config libncurses-dev libcurl4-openssl-dev libcjson-dev libsqlite3-dev
libyaml-dev libssl-dev libutf8proc-dev libmicrohttpd-dev default-libmysqlclient-dev
ncurses-base tzdata"
stack="prometheus prometheus-node-exporter prometheus-alertmanager python3"
test="libcmocka-dev clang-format $stack mariadb-server tmux sqlite3 curl
git procps locales"
bench="python3 python3-pyte"

case ${1:-build} in
test) want="$build $test" ;;
bench) want="$build $bench" ;;
stack) want="$build $stack" ;;
*) want=$build ;;
esac

if ! command -v dpkg-query >/dev/null 2>&1; then
    # Not Debian: go on when everything can be found, else say what to install.
    for p in ncursesw libcurl libcjson sqlite3 yaml-0.1 libcrypto libutf8proc libmicrohttpd mysqlclient; do
        pkg-config --exists "$p" 2>/dev/null || missing="${missing:-} $p"
    done
    [ -z "${missing:-}" ] && exit 0
    echo "warroom: this is not Debian or Ubuntu. Install the development files of (pkg-config" >&2
    echo "names):$missing; for tests also cmocka, prometheus, node_exporter, tmux, python3." >&2
    exit 1
fi

missing=
for p in $want; do
    dpkg-query -W -f='${Status}\n' "$p" 2>/dev/null | grep -q '^install ok installed' ||
        missing="$missing $p"
done
[ -z "$missing" ] && exit 0
sudo=
if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null 2>&1 || {
        echo "warroom: these packages are missing and there is no sudo:$missing" >&2
        exit 1
    }
    sudo=sudo
fi
echo "warroom: installing$missing"
log=$(mktemp)
if ! { $sudo apt-get update -q && $sudo env DEBIAN_FRONTEND=noninteractive apt-get install -y -q \
    --no-install-recommends $missing; } >"$log" 2>&1; then
    tail -20 "$log" >&2
    echo "warroom: apt-get could not install$missing" >&2
    exit 1
fi
rm -f "$log"
