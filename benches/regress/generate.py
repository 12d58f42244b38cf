"""Rows to fit: generate.py ROWS COLUMNS linear|logistic FILE. Seventeen digits a number, one seed."""
import sys

import numpy as np
import polars as pl

rows, columns, kind, path = int(sys.argv[1]), int(sys.argv[2]), sys.argv[3], sys.argv[4]
random = np.random.default_rng(7)
levels, spreads, slopes = np.linspace(0, 5, columns), np.linspace(1, 3, columns), np.linspace(-1, 1, columns)
with open(path, "wb") as out:
    for start in range(0, rows, 250_000):
        count = min(250_000, rows - start)
        centred = random.normal(size=(count, columns)) * spreads
        eta = centred @ slopes * 0.5
        if kind == "linear":
            y = eta + 3 + random.normal(size=count)
        else:
            y = (random.random(count) < 1 / (1 + np.exp(-eta))).astype(int)
        table = {f"x{k}": centred[:, k] + levels[k] for k in range(columns)} | {"y": y}
        pl.DataFrame(table).write_csv(out, include_header=start == 0)
