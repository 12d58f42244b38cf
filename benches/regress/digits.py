"""Correct digits on NIST's linear sets: digits.py GRADUS. Prints the table of docs/benchmarks.md.

The truth is the exact rational solution of the decimal data (tests/data/regress/nist/certified.json), rounded.
statsmodels gets the columns as numpy makes them, and solves by its default (pinv) and by QR; numpy's lstsq by SVD. R's lm (QR) gets
the formula; the column is left out where there is no Rscript.
"""
import json
import math
import os
import shutil
import subprocess
import sys
import tempfile

import numpy as np
import statsmodels.api as sm

gradus = os.path.abspath(sys.argv[1])
folder = os.path.join(os.path.dirname(__file__), "../../tests/data/regress/nist")
sets = json.load(open(os.path.join(folder, "certified.json")))["datasets"]


def digits(got, want):
    """-log10 of the largest relative error, at most 15.9."""
    worst = 15.9
    for g, w in zip(got, want, strict=True):
        error = abs(g - w) / abs(w) if w else abs(g)
        if not math.isfinite(error):
            return float("nan")
        worst = min(worst, 15.9 if error == 0 else -math.log10(error))
    return max(worst, 0.0)


def numbers(values):
    return [float(v) for v in values.values()]


def by_lm(path, terms, intercept):
    """Coefficients and standard errors of R's lm; None where it leaves a column out."""
    right = " + ".join(f"I({t})" for t in terms) + ("" if intercept else " - 1")
    script = f"""d <- read.csv('{path}'); s <- suppressWarnings(coef(summary(lm(y ~ {right}, d))))
        cat(sprintf('%.17g %.17g\\n', s[, 1], s[, 2]), sep = '')"""
    done = subprocess.run(["Rscript", "-e", script], check=True, capture_output=True, text=True)
    rows = [[float(x) for x in line.split()] for line in done.stdout.splitlines()]
    return list(zip(*rows)) if len(rows) == len(terms) + intercept else None


has_r = shutil.which("Rscript") is not None
heads = ["set", "gradus", "gradus, gram", "statsmodels, pinv", "statsmodels, QR", "numpy lstsq"] + ["R lm"] * has_r
print("|", " | ".join(heads), "|")
print("|", " | ".join(["---"] * len(heads)), "|")
for name, about in sets.items():
    exact = about["recomputed_exact_rational"]
    estimates, errors = numbers(exact["parameters"]), numbers(exact["standard_errors"])
    perfect = float(exact["residual_sd"]) == 0.0
    path = os.path.join(folder, f"{name}.csv")
    terms = [t for t in about["design_columns"] if t != "1"]
    with tempfile.TemporaryDirectory() as work:
        out = os.path.join(work, "fit.json")
        flags = [] if about["intercept"] else ["--no-intercept"]
        found = []
        for more in ([], ["--solver", "gram"]):
            command = [gradus, "regress", path, "--target", "y", "--features", ",".join(terms), "-o", out, "-q"]
            subprocess.run(command + flags + more, check=True)
            found.append(json.load(open(out))["coefficients"])
    pair = lambda b, s: f"{digits(b, estimates):.1f}, {'-' if perfect else f'{digits(s, errors):.1f}'}"
    cells = [pair([c["estimate"] for c in f], [c["std_error"] for c in f]) for f in found]
    with open(path) as text:
        names = text.readline().strip().split(",")
        rows = np.array([[float(x) for x in line.split(",")] for line in text])
    columns = {n: rows[:, k] for k, n in enumerate(names)}
    values = [eval(t.replace("^", "**"), {}, columns) for t in terms]
    x = np.column_stack(([np.ones(len(rows))] if about["intercept"] else []) + values)
    for method in ("pinv", "qr"):
        fit = sm.OLS(columns["y"], x).fit(method=method)
        cells.append(pair(fit.params, fit.bse))
    beta = np.linalg.lstsq(x, columns["y"], rcond=None)[0]
    cells.append(f"{digits(beta, estimates):.1f}")
    if has_r:
        found = by_lm(path, terms, about["intercept"])
        cells.append(pair(*found) if found else "refused")
    print("|", " | ".join([name] + cells), "|")
