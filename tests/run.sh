#!/bin/sh
# Runs what it is given (test binaries of cmocka, or scripts that print `N passed, N failed`) and adds
# up; the last line is the sum. Each has a time limit. One after the other, but the live ones, which
# mostly wait, LANES at a time.
set -u
limit=${LIMIT:-240}
lanes=${LANES:-2}
dir=$(mktemp -d)
trap 'rm -rf "$dir"' EXIT

# One test; its counts go to a file of its own, what it says comes in one piece.
run_one() {
    t=$1 out=$2
    start=$(date +%s)
    set -- # a fuzz entry takes its seeds, when it has some
    case $t in */fuzz/*) [ -d "tests/fuzz/seeds/${t##*/fuzz_}" ] && set -- tests/fuzz/seeds/"${t##*/fuzz_}"/* ;; esac
    timeout -k 5 "$limit" "$t" "$@" >"$out" 2>&1 </dev/null
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

# How many have been started and are not over.
running() {
    over=$(find "$dir" -name '*.sum' | wc -l)
    echo $((n - over))
}

n=0
for t in "$@"; do
    n=$((n + 1))
    case $t in
    tests/live/*)
        run_one "$t" "$dir/$n" &
        while [ "$(running)" -ge "$lanes" ]; do sleep 0.2; done
        ;;
    *) run_one "$t" "$dir/$n" ;;
    esac
done
wait
awk -v wanted="$n" '{ p += $1; f += $2 }
    END { if (NR != wanted) f++; print p + 0 " passed, " f + 0 " failed"; exit f > 0 }' "$dir"/*.sum
