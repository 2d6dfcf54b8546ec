#!/bin/sh
# Runs what it is given (test binaries of cmocka, or scripts that print `N passed, N failed`), one
# after the other, and adds up. Each has a time limit. The last line is the sum.
set -u
limit=${LIMIT:-240}
passed=0 failed=0
out=$(mktemp)
for t in "$@"; do
    start=$(date +%s)
    set -- # a fuzz entry takes its seeds, when it has some
    case $t in */fuzz/*) [ -d "tests/fuzz/seeds/${t##*/fuzz_}" ] && set -- tests/fuzz/seeds/"${t##*/fuzz_}"/* ;; esac
    timeout -k 5 "$limit" "$t" "$@" >"$out" 2>&1 </dev/null
    rc=$?
    p=$(awk '/^\[  PASSED  \]/ { n += $4 } /^[0-9]+ passed, [0-9]+ failed/ { n += $1 } END { print n + 0 }' "$out")
    f=$(awk '/^\[  FAILED  \] [0-9]+ test/ { n += $4 } /^[0-9]+ passed, [0-9]+ failed/ { n += $3 } END { print n + 0 }' "$out")
    [ $rc -ne 0 ] && [ "$f" = 0 ] && f=1
    passed=$((passed + p)) failed=$((failed + f))
    took=$(($(date +%s) - start))
    if [ "$f" != 0 ] || [ "$p" = 0 ]; then
        [ "$p" = 0 ] && [ "$f" = 0 ] && failed=$((failed + 1)) && echo "$t ran no test"
        echo "FAILED $t (status $rc, ${took}s)"
        grep -vE '^\[ RUN|^\[       OK|^ok ' "$out" | cut -c1-2000 | head -80
    else
        echo "ok $t ($p, ${took}s)"
    fi
done
rm -f "$out"
echo "$passed passed, $failed failed"
[ "$failed" = 0 ]
