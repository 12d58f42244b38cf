#!/usr/bin/env python3
"""Evaluations on the problems of More, Garbow and Hillstrom: gradus beside scipy, method by method, with the same stop.

    python3 scripts/bench/mgh.py problems.json gradus

Needs numpy, scipy and jax (exact gradients for scipy). Both stop when the largest |df/dx_i| is at most 1e-5; for least squares at
most 1e-8 of J'r. A run counts as solved when f is within 1e-6 of a known minimum (1e-10 where that is 0).
"""
import json, re, subprocess, sys, tempfile, os
import jax, jax.numpy as jnp, numpy as np
from scipy import optimize
jax.config.update("jax_enable_x64", True)


def python(text):
    return re.sub(r"\bln\b", "log", text.replace("^", "**"))


def squares(text):
    """The residuals of `(...)^2 + (...)^2 + ...`."""
    parts, depth, last = [], 0, 0
    for i, c in enumerate(text):
        depth += (c == "(") - (c == ")")
        if depth == 0 and text[i:i + 3] == " + ":
            parts.append(text[last:i]); last = i + 3
    parts.append(text[last:])
    assert all(p.strip().endswith("^2") for p in parts), parts
    return [p.strip()[:-2] for p in parts]


def functions(inst):
    names = ", ".join(f"x{i + 1}" for i in range(inst["n"]))
    scope = {k: getattr(jnp, k) for k in ("exp", "log", "sin", "cos", "sqrt", "abs")} | {
        "jnp": jnp, "atan": jnp.arctan, "pi": np.pi, "IF": lambda c, a, b: jnp.where(c, a, b)}
    body = ", ".join(python(r) for r in squares(inst["scalar_objective"]))
    body = re.sub(r"\bif\(", "IF(", body)
    exec(f"def residuals(x):\n    {names}, = x\n    return jnp.array([{body}])", scope)
    r = jax.jit(scope["residuals"])
    f = jax.jit(lambda x: jnp.sum(r(x) ** 2))
    return f, jax.jit(jax.grad(f)), r, jax.jit(jax.jacfwd(r))


def solved(value, inst):
    return any(value - m["f"] <= max(1e-6 * abs(m["f"]), 1e-10) for m in inst["minima"] if m["kind"] != "saddle" and m["f"] is not None)


def gradus(tool, inst, method, gtol):
    with tempfile.TemporaryDirectory() as folder:
        spec = f'formula = "{inst["scalar_objective"]}"\n[variables]\n' + "".join(f"x{i + 1} = {float(v)!r}\n" for i, v in enumerate(inst["start"]))
        open(os.path.join(folder, "s.toml"), "w").write(spec)
        subprocess.run([tool, "descend", "s.toml", "--method", method, "--gtol", repr(gtol), "-o", "o.json", "-q"], cwd=folder, capture_output=True)
        out = json.load(open(os.path.join(folder, "o.json")))
    return out["evaluations"]["value"], solved(out["value"], inst) if out["value"] is not None else False


def main():
    problems, tool = sys.argv[1], os.path.abspath(sys.argv[2])
    pairs = (("lbfgs", "L-BFGS-B"), ("bfgs", "BFGS"), ("levenberg-marquardt", "least_squares"))
    totals = {p: [0, 0, 0, 0] for p in pairs}
    print("| problem | n | " + " | ".join(f"{a} | {b}" for a, b in pairs) + " |\n|" + " --- |" * 8)
    for p in json.load(open(problems))["problems"]:
        for inst in p["instances"]:
            f, g, r, J = functions(inst)
            x0 = np.array(inst["start"], float)
            cells = []
            for pair in pairs:
                a, b = pair
                if b == "least_squares":
                    # f = r'r has gradient 2 J'r
                    ours = gradus(tool, inst, a, 2e-8)
                    got = optimize.least_squares(lambda x: np.array(r(x)), x0, lambda x: np.array(J(x)), gtol=1e-8, ftol=None, xtol=None, max_nfev=5000)
                    theirs = got.nfev, solved(2 * got.cost, inst)
                else:
                    ours = gradus(tool, inst, a, 1e-5)
                    options = {"maxiter": 10000, "gtol": 1e-5}
                    if b == "L-BFGS-B":
                        options |= {"ftol": 0.0, "maxfun": 100000}
                    got = optimize.minimize(lambda x: float(f(x)), x0, jac=lambda x: np.array(g(x)), method=b, options=options)
                    theirs = got.nfev, solved(got.fun, inst)
                t = totals[pair]
                t[2] += ours[1]; t[3] += theirs[1]
                if ours[1] and theirs[1]:
                    t[0] += ours[0]; t[1] += theirs[0]
                cells += [f"{n}{'' if ok else ' (no)'}" for n, ok in (ours, theirs)]
            print(f"| {p['number']} {p['name']} | {inst['n']} | " + " | ".join(cells) + " |", flush=True)
    print("| **total where both solve it** | | " + " | ".join(f"{t[0]} | {t[1]}" for t in totals.values()) + " |")
    print("| **solved** | | " + " | ".join(f"{t[2]} | {t[3]}" for t in totals.values()) + " |")


if __name__ == "__main__":
    main()
