#!/bin/sh
# Times of fits from the file's text, beside the peers: speed.sh [ROWS10 ROWS100 ROWSLOGISTIC]. Needs GNU time; PYTHON names a
# Python with the peers, GRADUS the binary.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
python=${PYTHON:-$here/venv/bin/python}
gradus=${GRADUS:-$here/../../target/release/gradus}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
export OMP_NUM_THREADS=2 OPENBLAS_NUM_THREADS=2 POLARS_MAX_THREADS=2

run() { # NAME COMMAND...: better of two runs
    name=$1
    shift
    for again in 1 2; do
        /usr/bin/time -f "%e %U %S %M" -o "$work/time.$again" "$@" > "$work/out" 2> "$work/err" || { cat "$work/err"; return; }
    done
    sort -n "$work"/time.[12] | head -n 1 | while read -r wall user system memory; do
        printf '| %s | %s | %s | %s |\n' "$name" "$wall" "$(awk "BEGIN { print $user + $system }")" "$((memory / 1024))"
    done
}

table() { # FILE ARGUMENTS-OF-GRADUS -- PEERS...
    file=$1
    shift
    printf '\n| %s | seconds | processor seconds | MB |\n| --- | --- | --- | --- |\n' "$(du -h "$file" | cut -f1) of text"
    run gradus "$gradus" regress "$file" --target y --threads 2 -q -o "$work/fit.json" $arguments
    for peer in "$@"; do
        run "$peer" "$python" "$here/peers.py" "$peer" "$file" $logit
    done
}

"$python" "$here/generate.py" "${1:-10000000}" 10 linear "$work/rows.csv"
arguments='' logit=''
table "$work/rows.csv" polars-sums duckdb-sums polars-lstsq statsmodels
"$python" "$here/generate.py" "${2:-500000}" 100 linear "$work/rows.csv"
table "$work/rows.csv" polars-sums polars-lstsq statsmodels
"$python" "$here/generate.py" "${3:-2000000}" 20 logistic "$work/rows.csv"
arguments='--family logistic' logit=logit
table "$work/rows.csv" sklearn-lbfgs sklearn-newton-cholesky statsmodels
