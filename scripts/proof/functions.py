#!/usr/bin/env python3
"""Values and derivatives of the function table: src/formula/functions/proof/NAME.csv, from mpmath with 80 digits.

    pip install mpmath && python3 scripts/proof/functions.py

Derivatives are mpmath's numerical ones of the value at 80 digits (right to 25 and more), not our rules. A row is the arguments, the
value, the first partials, then the second partials row by row below the diagonal. Points lie where the function is smooth and
nothing over- or underflows, many where a careless rule cancels.
"""
import math, os, random
import mpmath as mp
from mpmath import mpf

OUT = os.path.join(os.path.dirname(__file__), "..", "..", "src", "formula", "functions", "proof")
mp.mp.dps = 80
random.seed(2)


def uniform(n, a, b):
    return [random.uniform(a, b) for _ in range(n)]


REAL = uniform(14, -4, 4) + [1e-12, -1e-12, 1e-3, 25.5, -30.25]
POSITIVE = uniform(14, 0.01, 6) + [1e-12, 1 + 1e-10, 1e8, 1e-100]
UNIT = uniform(14, -0.99, 0.99) + [1e-12, 1 - 1e-9, -1 + 1e-6]
SIGMOID = lambda x: 1 / (1 + mp.exp(-x))
ONE = {
    "sqrt": (mp.sqrt, POSITIVE), "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), uniform(14, -5, 5) + [1e-9, -1e6]),
    "exp": (mp.exp, REAL), "exp2": (lambda x: mpf(2) ** x, REAL), "expm1": (mp.expm1, REAL + [-40.0]),
    "ln": (mp.log, POSITIVE), "log2": (lambda x: mp.log(x) / mp.log(2), POSITIVE), "log10": (lambda x: mp.log(x) / mp.log(10), POSITIVE),
    "log1p": (mp.log1p, uniform(14, -0.9, 5) + [1e-12, -1e-12]),
    "sin": (mp.sin, REAL + [1e6]), "cos": (mp.cos, REAL + [1e6]), "tan": (mp.tan, uniform(14, -1.5, 1.5) + [1e-9, 1.5707]),
    "asin": (mp.asin, UNIT), "acos": (mp.acos, UNIT), "atan": (mp.atan, REAL + [1e9]),
    "sinh": (mp.sinh, REAL), "cosh": (mp.cosh, REAL), "tanh": (mp.tanh, uniform(14, -4, 4) + [10.0, -18.0, 1e-9]),
    "asinh": (mp.asinh, REAL + [1e30]), "acosh": (mp.acosh, [1 + abs(x) for x in uniform(14, 0.01, 5)] + [1 + 1e-10, 1e30]), "atanh": (mp.atanh, UNIT),
    "abs": (abs, [x for x in REAL]), "sign": (mp.sign, REAL), "floor": (mp.floor, uniform(14, -5, 5)), "ceil": (mp.ceil, uniform(14, -5, 5)),
    "round": (mp.nint, uniform(14, -5, 5)), "relu": (lambda x: x if x > 0 else mpf(0), uniform(14, -4, 4)),
    "erf": (mp.erf, uniform(14, -3, 3) + [1e-9, 5.0]), "erfc": (mp.erfc, uniform(14, -3, 3) + [10.0, 1e-9]),
    "lgamma": (lambda x: mp.log(abs(mp.gamma(x))), uniform(14, 0.05, 20) + [-0.5, -2.3, -7.7]),
    "digamma": (mp.digamma, uniform(14, 0.05, 20) + [-0.4, -2.3, -7.7]),
    "trigamma": (lambda x: mp.polygamma(1, x), uniform(14, 0.05, 20) + [-0.4, -2.3]),
    "sigmoid": (SIGMOID, REAL + [40.0, -40.0]), "softplus": (lambda x: mp.log1p(mp.exp(x)), REAL + [40.0, -40.0]),
    "neg": (lambda x: -x, REAL[:4]), "not": (lambda x: 1 - x, [0.0, 1.0]),
}
PAIRS = list(zip(uniform(14, -4, 4), uniform(14, -3, 3)))
PLUS = [(abs(x) + 0.1, y) for x, y in PAIRS]
TRUTH = [(a, b) for a in (0.0, 1.0) for b in (0.0, 1.0)]
TWO = {
    "add": (lambda x, y: x + y, PAIRS[:5]), "sub": (lambda x, y: x - y, PAIRS[:5]), "mul": (lambda x, y: x * y, PAIRS[:5]),
    "div": (lambda x, y: x / y, PAIRS + [(1e-8, 1e8)]),
    "pow": (lambda x, y: x ** y, PLUS + [(1.0 + 1e-9, 1e3), (1e-3, 4.5), (30.0, -7.5)]),
    "log": (lambda x, b: mp.log(x) / mp.log(b), [(abs(x) + 0.1, abs(y) + 1.2) for x, y in PAIRS] + [(3.0, 0.5)]),
    "atan2": (mp.atan2, PAIRS + [(1e-9, 1.0), (1.0, -1e-9), (1e30, 1e30)]), "hypot": (lambda x, y: mp.sqrt(x * x + y * y), PAIRS + [(1e-9, 1.0)]),
    "min": (lambda x, y: min(x, y), PAIRS), "max": (lambda x, y: max(x, y), PAIRS), "mod": (lambda x, y: x - y * mp.floor(x / y), PAIRS),
    "polygamma": (lambda k, x: mp.polygamma(int(k), x), [(float(k), x) for k in (0, 1, 2, 5) for x in (0.3, 1.7, 6.5, -0.4)]),
}
for name, f in (("lt", lambda a, b: a < b), ("le", lambda a, b: a <= b), ("gt", lambda a, b: a > b), ("ge", lambda a, b: a >= b),
                ("eq", lambda a, b: a == b), ("ne", lambda a, b: a != b)):
    TWO[name] = (lambda x, y, f=f: mpf(1 if f(x, y) else 0), PAIRS[:5])
TWO["and"] = (lambda a, b: mpf(1 if a == 1 and b == 1 else 0), TRUTH)
TWO["or"] = (lambda a, b: mpf(1 if a == 1 or b == 1 else 0), TRUTH)
THREE = {
    "clamp": (lambda x, lo, hi: min(max(x, lo), hi), [(x, -1.0, 1.5) for x in uniform(8, -3, 3)]),
    "select": (lambda c, a, b: a if c == 1 else b, [(float(c), a, b) for c in (0, 1) for a, b in PAIRS[:3]]),
}
FLAT = {"lt", "le", "gt", "ge", "eq", "ne", "and", "or", "not"}


def derivative(name, f, args, orders):
    if name in FLAT or name == "select" and orders[0] or name == "polygamma" and orders[0]:
        return mpf(0)
    moving = [i for i, k in enumerate(orders) if k]
    g = lambda *v: f(*[v[moving.index(i)] if i in moving else mpf(a) for i, a in enumerate(args)])
    h = min([mpf(abs(args[i]) or 1) for i in moving])
    with mp.workdps(150):
        return mp.diff(g, tuple(mpf(args[i]) for i in moving), tuple(orders[i] for i in moving), h=h * mpf(10) ** -30)


def main():
    os.makedirs(OUT, exist_ok=True)
    for table, count in ((ONE, 1), (TWO, 2), (THREE, 3)):
        for name, (f, points) in table.items():
            letters = "xyz"[:count]
            header = list(letters) + ["f"] + ["f_" + a for a in letters] + ["f_" + a + b for i, a in enumerate(letters) for b in letters[: i + 1]]
            with open(os.path.join(OUT, name + ".csv"), "w") as out:
                out.write("# mpmath, 80 digits: python3 scripts/proof/functions.py\n" + ",".join(header) + "\n")
                for p in points:
                    p = p if isinstance(p, tuple) else (p,)
                    row = [f(*map(mpf, p))]
                    unit = lambda *at: [sum(1 for a in at if a == i) for i in range(count)]
                    row += [derivative(name, f, p, unit(i)) for i in range(count)]
                    row += [derivative(name, f, p, unit(i, j)) for i in range(count) for j in range(i + 1)]
                    out.write(",".join([repr(x) for x in p] + [repr(float(v)) for v in row]) + "\n")


main()
