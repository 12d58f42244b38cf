#!/bin/sh
# The peers of docs/benchmarks.md in a virtual environment.
set -eu
here=$(dirname "$0")
python3 -m venv "$here/venv"
"$here/venv/bin/pip" install --quiet numpy pandas polars duckdb scipy statsmodels scikit-learn
