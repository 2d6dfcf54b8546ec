#!/bin/sh
# The house rules a machine can check. Prints each fault as FILE:LINE: sentence; status 1 on any.
set -u
faults=$(mktemp)
sources=$(git ls-files --cached --others --exclude-standard -- 'core/*.c' 'core/*.h' 'tui/*.c' 'tui/*.h')
tests=$(git ls-files --cached --others --exclude-standard -- 'tests/*.c' 'tests/*.h')

# Floors: an include names a lower floor, its own folder, or a step that core/FLOORS allows.
for f in $sources; do
    case $f in core/*) dir=${f#core/} dir=${dir%%/*} ;; *) dir=tui ;; esac
    awk -v file="$f" -v dir="$dir" '
        NR == FNR { if ($1 == "#") next
                    if ($2 == "->") step[$1 " " $3] = 1; else if (NF == 2) floor[$1] = $2; next }
        /^#include "/ { split($0, q, "\""); n = split(q[2], part, "/"); to = n > 1 ? part[1] : dir
            if (to == dir || (dir " " to) in step) next
            if (!(to in floor)) print file ":" FNR ": includes \"" q[2] "\", a folder without a floor"
            else if (floor[to] >= floor[dir])
                print file ":" FNR ": " dir " (floor " floor[dir] ") may not include " to " (floor " floor[to] ")" }
    ' core/FLOORS "$f" >>"$faults"
done

# One file owns each library.
owner() {
    grep -lE "#include <$1" $sources | grep -vE "^($2)$" |
        sed "s#\$#:1: includes <$1>, which only $2 may#" >>"$faults"
}
owner 'curl/' 'core/wire/http[a-z_]*\.[ch]'
owner '(ncurses|curses|term\.h)' 'tui/screen[a-z_]*\.c'
owner 'sqlite3' 'core/journal/[a-z_]*\.[ch]'
owner '(mysql|mariadb)' 'core/wire/mysql[a-z_]*\.[ch]'
owner 'yaml' 'core/plan/[a-z_]*\.[ch]'
owner 'microhttpd' 'core/sim/[a-z_]*\.[ch]'

# Fold, judge and director read no clock, file or socket.
grep -nE 'base/clock\.h|<time\.h>|<sys/|<unistd|fopen|mono_now|clock_(wall|real|wait|make)' core/fold/*.[ch] \
    core/judge/*.[ch] core/director/*.[ch] 2>/dev/null |
    awk -F: '{ print $1 ":" $2 ": pure code reads the world: " $3 }' >>"$faults"

# Banned calls.
grep -nE '(^|[^a-z_])(strcpy|strcat|sprintf|vsprintf|gets|strtok|atoi|atol|atof|strncpy|system|popen|tmpnam|usleep|sleep)\(' \
    $sources | awk -F: '{ print $1 ":" $2 ": a banned call: " $3 }' >>"$faults"

# A thread that takes the main one's signals can undo what the terminal needs.
grep -n 'pthread_create(' $sources | grep -v '^core/base/thread\.c:' |
    awk -F: '{ print $1 ":" $2 ": threads are started by thread_start()" }' >>"$faults"

# Length.
wc -l $sources $tests | awk '$2 != "total" && $1 > 500 { print $2 ":" $1 ": over 500 lines" }' >>"$faults"
awk 'FNR == 1 { start = 0 }
     /^[a-z].*[^;]$/ && !/^(struct|enum|static const|const|typedef|union)[^(]*$/ { name = $0; start = FNR }
     /^}/ { if (start && FNR - start > 100) print FILENAME ":" start ": a function of " FNR - start " lines"; start = 0 }
    ' $(echo "$sources" | grep '\.c$') >>"$faults"

# Headers compile alone.
flags="-std=c11 -D_GNU_SOURCE -Icore -I. $(pkg-config --cflags libcjson 2>/dev/null)"
for h in $(echo "$sources" | grep '\.h$'); do
    inc=${h#core/}
    printf '#include "%s"\n' "$inc" | ${CC:-cc} $flags -x c -fsyntax-only - 2>/dev/null ||
        echo "$h:1: does not compile alone" >>"$faults"
done

# Every module has a test that links only the core; every fuzz entry is named after what it feeds.
for f in tests/fuzz/fuzz_*.c; do
    [ -e "$f" ] || continue
    grep -q 'LLVMFuzzerTestOneInput' "$f" || echo "$f:1: has no fuzz entry" >>"$faults"
done

# Format.
if command -v clang-format >/dev/null 2>&1; then
    clang-format --dry-run -Werror $sources $tests 2>&1 | grep 'error:' |
        sed 's/error: code should be clang-formatted.*/not as clang-format has it/' | sort -u |
        head -20 >>"$faults"
fi

n=$(wc -l <"$faults")
cat "$faults"
rm -f "$faults"
[ "$n" = 0 ] || { echo "lint: $n faults"; exit 1; }
echo "lint: clean"
