#!/bin/sh
# Turns text files into one C file: `sim_texts`, each named after its file without .scn.
set -eu
echo '#include "sim/scenario.h"'
i=0
for f in "$@"; do
    printf 'static const unsigned char text_%d[] = {\n' "$i"
    od -An -v -tx1 "$f" | awk '{ for (n = 1; n <= NF; n++) printf "0x%s,", $n; print "" }'
    echo '};'
    i=$((i + 1))
done
echo 'const struct sim_text sim_texts[] = {'
i=0
for f in "$@"; do
    name=$(basename "$f" .scn)
    printf '    {"%s", text_%d, sizeof text_%d},\n' "$name" "$i" "$i"
    i=$((i + 1))
done
echo '    {0, 0, 0}};'
