#!/bin/sh
# Runs what it is given (test binaries of cmocka, or scripts that print `N passed, N failed`), each with a
# time limit, and adds up; the last line is the sum. Two at a time; the live ones, which mostly wait, three
# at a time beside them. PREPARE: a command that builds the others, with less right to
# the processor than what is being tested meanwhile.
set -u

# One test; its counts go to a file of its own, what it says comes in one piece.
run_one() {
    t=$1
    start=$(date +%s)
    set -- # a fuzz entry takes its seeds, when it has some
    case $t in */fuzz/*) [ -d "tests/fuzz/seeds/${t##*/fuzz_}" ] && set -- tests/fuzz/seeds/"${t##*/fuzz_}"/* ;; esac
    out=$(mktemp "$RUN_DIR/XXXXXX")
    timeout -k 5 "${LIMIT:-240}" "$t" "$@" >"$out" 2>&1 </dev/null
    rc=$?
    p=$(awk '/^\[  PASSED  \]/ { n += $4 } /^[0-9]+ passed, [0-9]+ failed/ { n += $1 } END { print n + 0 }' "$out")
    f=$(awk '/^\[  FAILED  \] [0-9]+ test/ { n += $4 } /^[0-9]+ passed, [0-9]+ failed/ { n += $3 } END { print n + 0 }' "$out")
    took=$(($(date +%s) - start))
    if [ $rc -ne 0 ] && [ "$f" = 0 ]; then f=1; fi
    if [ "$f" != 0 ] || [ "$p" = 0 ]; then
        [ "$f" = 0 ] && f=1 && echo "$t ran no test" >>"$out"
        {
            echo "FAILED $t (status $rc, ${took}s)"
            grep -avE '^\[ RUN|^\[       OK|^ok ' "$out" | cut -c1-2000 | head -80
        } >"$out.said"
    else
        echo "ok $t ($p, ${took}s)" >"$out.said"
    fi
    cat "$out.said"
    echo "$p $f" >"$out.sum"
}

if [ "${1:-}" = --one ]; then
    run_one "$2"
    exit 0
fi
RUN_DIR=$(mktemp -d)
export RUN_DIR
trap 'rm -rf "$RUN_DIR"' EXIT
all() { printf '%s\n' "$@"; }
if all "$@" | grep -q '^tests/live/'; then
    all "$@" | grep '^tests/live/' | xargs -r -n 1 -P 3 sh "$0" --one &
    if nice -n 15 sh -c "${PREPARE:-:}"; then
        all "$@" | grep -v '^tests/live/' | xargs -r -n 1 -P 2 sh "$0" --one
    else
        echo "FAILED to build: ${PREPARE}"
    fi
    wait
else
    all "$@" | xargs -r -n 1 -P 2 sh "$0" --one
fi
cat "$RUN_DIR"/*.sum | awk -v wanted=$# '{ p += $1; f += $2 }
    END { if (NR != wanted) f++; print p + 0 " passed, " f + 0 " failed"; exit f > 0 }'
