#!/usr/bin/env python3
"""Tables of elementary functions: tests/data/elementary/NAME.csv, from mpmath with 60 to 900 digits.

    pip install mpmath && python3 scripts/proof/elementary.py

Arguments are exact doubles, results are rounded once. Points: powers of two, subnormal and huge numbers, neighbours of branch
points, zeros, multiples of pi/2 and the ends of the range, and random ones over all exponents (seed 1).
"""
import math, os, random
import mpmath as mp
from mpmath import mpf

OUT = os.path.join(os.path.dirname(__file__), "..", "..", "tests", "data", "elementary")
random.seed(1)
mp.mp.dps = 60
INF = float("inf")


def nextafter(x, n):
    for _ in range(abs(n)):
        x = math.nextafter(x, INF if n > 0 else -INF)
    return x


def around(*points):
    return [nextafter(p, k) for p in points for k in (-3, -1, 0, 1, 2, 5)]


def anywhere(n, lo, hi, sign=(1, -1)):
    return [random.choice(sign) * math.ldexp(1 + random.random(), random.randint(lo, hi)) for _ in range(n)]


def within(n, a, b):
    return [random.uniform(a, b) for _ in range(n)]


TINY = [5e-324, -5e-324, 1e-310, -1e-310, 2.2250738585072014e-308, 1e-300, -1e-300, 1e-20, -1e-20, 1e-8, -1e-8]
HUGE = [1e15, -1e15, 1e22, 1e100, -1e200, 1e300, 1.7976931348623157e308, -1.7976931348623157e308]
POWERS = [math.ldexp(s, k) for k in range(-30, 31, 3) for s in (1, -1)]
EVERY = TINY + HUGE + POWERS + anywhere(150, -40, 10) + anywhere(60, -1000, 1000)
NEAR_PI = around(*[float(mp.pi / 2 * k) for k in (1, 2, 3, 4, 5, 11, 100, 355, 103993, 1000003, -1, -2, -7)])
HARD_PI = [6381956970095103.0 * 2.0 ** 797, 5.319372648326541e255, 1e5, 999999.9, 1000000.1, 1.1e6, 1e7, 1e9, 6e15]
POSITIVE = [abs(x) for x in EVERY]
UNIT = within(150, -1, 1) + TINY + around(1 - 1e-3, 1 - 1e-8, -1 + 1e-8) + [1.0, -1.0, 0.5, -0.5, nextafter(1, -1), nextafter(-1.0, 1)]
GAMMA = (TINY + within(80, 0, 3) + within(60, 3, 30) + around(1.0, 2.0, 1.4616321449683623) + [20.5, 100.25, 1e3, 1e5, 1e10, 1e15]
         + [-0.5, -1.5, -2.5, -10.5, -20.25, -30.7, -100.3, -1000.4] + within(120, -8, 0) + within(40, -25, -8)
         + around(-2.4570247382208006, -2.7476826467274127, -3.1435808883499798, -4.039361839740536, -5.00829, -0.5040830082644554, -1.573498473162390458))

SECH = lambda x: 1 / (1 + mp.exp(-x))
ONE = {
    "sqrt": (mp.sqrt, POSITIVE), "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), EVERY),
    "exp": (mp.exp, EVERY + within(150, -745.2, 709.9) + around(709.782712893384, -745.1332191019411, -708.3964185322641, 0.34657359027997264)),
    "exp2": (lambda x: mpf(2) ** x, EVERY + within(100, -1075, 1024) + around(1023.9999, -1022.0, -1074.0)),
    "expm1": (mp.expm1, EVERY + within(100, -50, 709.7) + within(60, -1, 1)),
    "ln": (mp.log, POSITIVE + around(1.0, 0.5, 2.0, 0.70710678, 1.41421356) + within(100, 0.5, 2)),
    "log2": (lambda x: mp.log(x) / mp.log(2), POSITIVE + around(1.0, 2.0) + within(60, 0.5, 2)),
    "log10": (lambda x: mp.log(x) / mp.log(10), POSITIVE + around(1.0, 10.0) + [1e3, 1e5, 1e22] + within(60, 0.5, 2)),
    "log1p": (mp.log1p, [x for x in EVERY if x > -1] + within(100, -1, 1) + [nextafter(-1.0, 1)]),
    "sin": (mp.sin, EVERY + NEAR_PI + HARD_PI + within(150, -1e6, 1e6)), "cos": (mp.cos, EVERY + NEAR_PI + HARD_PI + within(150, -1e6, 1e6)),
    "tan": (mp.tan, EVERY + NEAR_PI + HARD_PI + within(100, -100, 100)),
    "asin": (mp.asin, UNIT), "acos": (mp.acos, UNIT), "atan": (mp.atan, EVERY + within(100, -5, 5)),
    "sinh": (mp.sinh, EVERY + within(100, -20, 20) + [710.4, -710.4]), "cosh": (mp.cosh, EVERY + within(100, -20, 20) + [710.4]),
    "tanh": (mp.tanh, EVERY + within(100, -22, 22)),
    "asinh": (mp.asinh, EVERY + within(100, -3, 3)), "acosh": (mp.acosh, [1 + abs(x) for x in EVERY if abs(x) < 1e300] + around(1.0)[2:] + within(60, 1, 3)),
    "atanh": (mp.atanh, [x for x in UNIT if abs(x) < 1]),
    "erf": (mp.erf, EVERY + within(100, -6, 6)), "erfc": (mp.erfc, EVERY + within(150, -6, 27)),
    "sigmoid": (SECH, EVERY + within(100, -745, 40)), "softplus": (lambda x: mp.log1p(mp.exp(x)), EVERY + within(100, -745, 40)),
    "lgamma": (lambda x: mp.log(abs(mp.gamma(x))) if abs(x) < 1e6 else mp.re(mp.loggamma(x)), GAMMA),
    "digamma": (mp.digamma, GAMMA), "trigamma": (lambda x: mp.polygamma(1, x), GAMMA),
}
PAIRS = anywhere(120, -6, 6)
TWO = {
    "pow": (lambda x, y: x ** y, [(abs(x), y) for x, y in zip(anywhere(250, -30, 30), anywhere(250, -5, 5))]
            + [(1 + d, y) for d in (1e-3, 1e-8, -1e-5, 1e-15) for y in (1e3, 1e8, -1e12, 7e2)] + [(-2.0, 3.0), (-1.5, 7.0), (-3.0, -4.0), (0.0, 2.5), (2.0, -1074.0), (2.0, 1023.0), (5e-324, 0.5), (1e-310, 0.9), (10.0, 308.0), (10.0, -320.0)]),
    "log": (lambda x, b: mp.log(x) / mp.log(b), [(abs(x), abs(b)) for x, b in zip(anywhere(150, -30, 30), anywhere(150, -4, 4))]
            + [(8.0, 2.0), (1000.0, 10.0), (125.0, 5.0), (243.0, 3.0), (1e-3, 10.0), (0.25, 0.5), (7.0, 1 + 1e-9), (1 + 1e-9, 3.0)]),
    "atan2": (mp.atan2, list(zip(PAIRS, anywhere(120, -6, 6))) + [(1e-300, 1.0), (1.0, -1e-300), (-1e300, 1e300), (3.0, -4.0), (0.0, 2.0), (0.0, -2.0)]),
    "hypot": (lambda x, y: mp.sqrt(x * x + y * y), list(zip(anywhere(120, -20, 20), anywhere(120, -20, 20))) + [(1e200, 1e200), (3e-310, 4e-310), (3.0, 4.0), (1e308, 1e300), (1.0, 1e-8)]),
    "mod": (lambda x, y: x - y * mp.floor(x / y), list(zip(PAIRS, anywhere(120, -6, 6))) + [(-7.0, 3.0), (7.0, -3.0), (-1e-3, 1.0), (1e300, 7.0), (5.5, 5.5), (1e22, 3.0)]),
    "polygamma": (lambda k, x: mp.polygamma(int(k), x), [(float(k), x) for k in (1, 2, 3, 5, 10, 25, 50) for x in within(12, 0.05, 3) + within(6, 3, 40) + within(10, -6, 0) + [100.0]]),
}


def rounded(f, *args):
    """The value as a double; digits enough for what cancels in huge arguments and tiny differences."""
    for dps in (60, 400, 900):
        with mp.workdps(dps):
            a = f(*map(mpf, args))
        if dps == 60 and all(abs(x) < 1e30 for x in args) and all(abs(x) > 1e-30 or x == 0 for x in args):
            break
        if dps == 400 and all(abs(x) < 1e300 for x in args):
            break
    if mp.isnan(a) or isinstance(a, mp.mpc):
        return None
    return float(a)


def main():
    os.makedirs(OUT, exist_ok=True)
    for name, (f, xs) in ONE.items():
        write(name, "x,value", sorted({(x,) for x in xs}), f)
    for name, (f, pairs) in TWO.items():
        write(name, "x,y,value", sorted(set(pairs)), f)


def write(name, header, points, f):
    with open(os.path.join(OUT, name + ".csv"), "w") as out:
        out.write("# mpmath, python3 scripts/proof/elementary.py\n" + header + "\n")
        for p in points:
            try:
                v = rounded(f, *p)
            except (ValueError, ZeroDivisionError, OverflowError):
                v = None
            if v is not None:
                out.write(",".join(repr(x) for x in p + (v,)) + "\n")


main()
