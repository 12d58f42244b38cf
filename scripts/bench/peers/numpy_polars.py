"""numpy on columns that polars reads and writes, the derivatives by hand: FORMULA IN.csv OUT.csv"""
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import numpy as np
import polars as pl
import formulas

which, source, target = sys.argv[1:]
rows = pl.read_csv(source, schema_overrides={c: pl.Float64 for c in "xyz"})
columns = formulas.by_hand(which, np, *(rows[c].to_numpy() for c in "xyz"))
rows.with_columns(**{k: pl.Series(v) for k, v in columns.items()}).write_csv(target)
