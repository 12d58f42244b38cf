#!/usr/bin/env python3
"""Evaluations of lbfgs beside scipy's L-BFGS-B on problems with bounds, with the same memory and the same stop.

    python3 scripts/bench/bounds.py gradus

Needs numpy, scipy and jax (exact gradients for scipy). Hock and Schittkowski's problems with bounds alone (Test Examples for
Nonlinear Programming Codes, 1981) from their standard starts; a box around a quadratic whose condition number is 10^4, half of
its 10^4 variables ending on bounds; a chained Rosenbrock function whose bounds cut off its minimum. scipy stops when the largest
|P(x - g) - x| is at most 1e-5; gradus is given the f that scipy has arrived at as a target. "(no)": f is not within 1e-6 of the
known minimum.
"""
import json, os, re, subprocess, sys, tempfile
import jax, jax.numpy as jnp, numpy as np
from scipy import optimize
jax.config.update("jax_enable_x64", True)

INF = float("inf")
# name, formula, variables as (name, start, min, max), known minimum
SMALL = [
    ("HS1", "100*(x2 - x1^2)^2 + (1 - x1)^2", [(-2, -INF, INF), (1, -1.5, INF)], 0.0),
    ("HS2", "100*(x2 - x1^2)^2 + (1 - x1)^2", [(-2, -INF, INF), (1, 1.5, INF)], 4.941229318),  # a local minimum; the other is 0.0504261879
    ("HS3", "x2 + 1e-5*(x2 - x1)^2", [(10, -INF, INF), (1, 0, INF)], 0.0),
    ("HS4", "(x1 + 1)^3/3 + x2", [(1.125, 1, INF), (0.125, 0, INF)], 8 / 3),
    ("HS5", "sin(x1 + x2) + (x1 - x2)^2 - 1.5*x1 + 2.5*x2 + 1", [(0, -1.5, 4), (0, -3, 3)], -np.sqrt(3) / 2 - np.pi / 3),
    ("HS38", "100*(x2 - x1^2)^2 + (1 - x1)^2 + 90*(x4 - x3^2)^2 + (1 - x3)^2 + 10.1*((x2 - 1)^2 + (x4 - 1)^2) + 19.8*(x2 - 1)*(x4 - 1)",
     [(-3, -10, 10), (-1, -10, 10), (-3, -10, 10), (-1, -10, 10)], 0.0),
    ("HS45", "2 - x1*x2*x3*x4*x5/120", [(2, 0, i + 1) for i in range(5)], 1.0),
    ("HS110", " + ".join(f"ln(x{i} - 2)^2 + ln(10 - x{i})^2" for i in range(1, 11)) + " - (" + "*".join(f"x{i}" for i in range(1, 11)) + ")^0.2",
     [(9, 2.001, 9.999)] * 10, -45.77846971),
]


def python(text):
    return re.sub(r"\bln\b", "log", text.replace("^", "**"))


def scipys(f, x0, lower, upper):
    both = jax.jit(jax.value_and_grad(f))
    fun = lambda x: tuple(np.asarray(v, float) for v in both(x))
    got = optimize.minimize(lambda x: (float(fun(x)[0]), fun(x)[1]), np.array(x0, float), jac=True, method="L-BFGS-B",
                            bounds=optimize.Bounds(lower, upper), options={"gtol": 1e-5, "ftol": 0.0, "maxcor": 10, "maxiter": 10000, "maxfun": 100000})
    return got.nfev, got.fun


def gradus(tool, spec, target):
    with tempfile.TemporaryDirectory() as folder:
        open(os.path.join(folder, "s.toml"), "w").write(spec)
        subprocess.run([tool, "descend", "s.toml", "--method", "lbfgs", "--gtol", "1e-5", "--target", repr(target), "--curvature=false", "-o", "o.json", "-q"],
                       cwd=folder, check=False)
        out = json.load(open(os.path.join(folder, "o.json")))
    return out["evaluations"]["value"], out["value"], out["stop"]["criterion"]


def bound(name, value):
    return "" if np.isinf(value) else f", {name} = {value!r}"


def main():
    tool = os.path.abspath(sys.argv[1])
    rows = []
    for name, text, variables, known in SMALL:
        names = ", ".join(f"x{i + 1}" for i in range(len(variables)))
        scope = {k: getattr(jnp, k) for k in ("exp", "log", "sin", "cos", "sqrt")}
        exec(f"def f(x):\n    {names}, = x\n    return {python(text)}", scope)
        spec = f'formula = "{text}"\n[variables]\n' + "".join(
            f"x{i + 1} = {{ value = {float(v)!r}{bound('min', float(l))}{bound('max', float(u))} }}\n" for i, (v, l, u) in enumerate(variables))
        x0, lower, upper = (np.array(c, float) for c in zip(*variables))
        rows.append((name, len(x0), scope["f"], x0, lower, upper, spec, known))
    for n in (100, 10_000, 1000):
        # weights from 1 to 10^4; the free minimum is at +-2, every other one beyond the box
        i = np.arange(1, n + 1)
        spec = (f'formula = "sum(i, 1, {n}, 10^(4*(i - 1)/{n - 1})*(x(i) - if(mod(i, 2) == 0, 2, 0.5))^2) + sum(i, 1, {n - 1}, x(i)*x(i+1))"\n'
                f"[variables]\nx = {{ size = {n}, value = 0, min = -1, max = 1 }}\n")
        w, c = 10.0 ** (4 * (i - 1) / (n - 1)), np.where(i % 2 == 0, 2.0, 0.5)
        f = lambda x, w=w, c=c: jnp.sum(w * (x - c) ** 2) + jnp.sum(x[:-1] * x[1:])
        if n != 1000:
            rows.append(("quadratic in a box", n, f, np.zeros(n), -np.ones(n), np.ones(n), spec, None))
        if n == 10_000:  # the steps of a chained function go along the chain: ten thousand iterations
            continue
        spec = (f'formula = "sum(i, 1, {n - 1}, 100*(x(i+1) - x(i)^2)^2 + (1 - x(i))^2)"\n'
                f"[variables]\nx = {{ size = {n}, value = \"if(mod(i, 2) == 1, -1.2, 1)\", min = -2, max = 0.9 }}\n")
        f = lambda x: jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)
        x0 = np.minimum(np.where(i % 2 == 1, -1.2, 1.0), 0.9)
        rows.append(("chained Rosenbrock, x <= 0.9", n, f, x0, np.full(n, -2.0), np.full(n, 0.9), spec, None))
    print("| problem | n | lbfgs | L-BFGS-B | f |\n| --- | --- | --- | --- | --- |")
    totals = [0, 0]
    for name, n, f, x0, lower, upper, spec, known in rows:
        theirs, value = scipys(f, x0, lower, upper)
        target = value + 1e-12 * max(abs(value), 1e-8)
        ours, reached, why = gradus(tool, spec, target)
        low = value if known is None else known
        note = lambda v: "" if v <= low + 1e-6 * max(1, abs(low)) else " (no)"
        totals[0] += ours; totals[1] += theirs
        print(f"| {name} | {n} | {ours}{note(reached)} | {theirs}{note(value)} | {reached:.10g} |", flush=True)
    print(f"| **total** | | {totals[0]} | {totals[1]} | |")


if __name__ == "__main__":
    main()
