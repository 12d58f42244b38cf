#!/bin/sh
# Lasso paths with five folds, whole processes: gradus and R's glmnet (r-cran-glmnet, r-cran-data.table), three times each.
set -e
here=$(dirname "$0")
gradus=${1:-target/release/gradus}
python=${PYTHON:-$here/venv/bin/python}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for size in "300000 20" "10000 400"; do
    # shellcheck disable=SC2086
    "$python" "$here/generate.py" $size logistic "$work/rows.csv"
    for _ in 1 2 3; do
        /usr/bin/time -f "$size gradus %e s, %U s of CPU, %M KB" "$gradus" regress "$work/rows.csv" --target y \
            --family logistic --penalty lasso --cv 5 -q -o "$work/fit.json"
        /usr/bin/time -f "$size glmnet %e s, %U s of CPU, %M KB" Rscript "$here/path.R" "$work/rows.csv"
    done
done
