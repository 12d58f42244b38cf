"""One peer: peers.py NAME FILE. Prints the first coefficients, so that all can be seen to agree."""
import sys

import numpy as np

name, path = sys.argv[1], sys.argv[2]


def solve_sums(n, sums, products, p):
    """Normal equations from sums and sums of products; the last column is the target."""
    gram, right = np.zeros((p + 1, p + 1)), np.zeros(p + 1)
    gram[0, 0], right[0] = n, sums[p]
    for i in range(p):
        gram[0, i + 1] = gram[i + 1, 0] = sums[i]
        right[i + 1] = products[i, p]
        for j in range(i, p):
            gram[i + 1, j + 1] = gram[j + 1, i + 1] = products[i, j]
    return np.linalg.solve(gram, right)


def pairs(names):
    return [(i, j) for i in range(len(names)) for j in range(i, len(names))]


if name == "polars-sums":
    import polars as pl

    lazy = pl.scan_csv(path)
    names = lazy.collect_schema().names()
    columns = [(pl.col(names[i]) * pl.col(names[j])).sum().alias(f"p{i}_{j}") for i, j in pairs(names)]
    columns += [pl.col(c).sum().alias(f"s{i}") for i, c in enumerate(names)] + [pl.len().alias("n")]
    row = lazy.select(columns).collect(engine="streaming").row(0, named=True)
    products = {(i, j): row[f"p{i}_{j}"] for i, j in pairs(names)}
    beta = solve_sums(row["n"], [row[f"s{i}"] for i in range(len(names))], products, len(names) - 1)
elif name == "duckdb-sums":
    import duckdb

    link = duckdb.connect(config={"threads": 2})
    names = [r[0] for r in link.execute(f"describe select * from read_csv('{path}')").fetchall()]
    columns = [f"sum({names[i]}*{names[j]})" for i, j in pairs(names)] + [f"sum({c})" for c in names] + ["count(*)"]
    row = link.execute(f"select {', '.join(columns)} from read_csv('{path}')").fetchone()
    products = dict(zip(pairs(names), row))
    beta = solve_sums(row[-1], row[len(products):-1], products, len(names) - 1)
elif name == "polars-lstsq":
    import polars as pl

    table = pl.read_csv(path)
    x = np.c_[np.ones(len(table)), table.drop("y").to_numpy()]
    beta = np.linalg.lstsq(x, table["y"].to_numpy(), rcond=None)[0]
elif name == "statsmodels":
    import polars as pl
    import statsmodels.api as sm

    table = pl.read_csv(path)
    x = sm.add_constant(table.drop("y").to_numpy())
    y = table["y"].to_numpy()
    model = sm.Logit(y, x) if len(sys.argv) > 3 else sm.OLS(y, x)
    beta = model.fit(**({"disp": 0} if len(sys.argv) > 3 else {})).params
elif name.startswith("sklearn-"):
    import polars as pl
    from sklearn.linear_model import LogisticRegression

    table = pl.read_csv(path)
    x, y = table.drop("y").to_numpy(), table["y"].to_numpy()
    fit = LogisticRegression(C=np.inf, solver=name[8:], tol=1e-8, max_iter=1000).fit(x, y)
    beta = np.r_[fit.intercept_, fit.coef_[0]]
else:
    sys.exit(f"no peer {name}")
print(*(f"{b:.12g}" for b in beta[:3]))
