"""Writes src/numeric/interval/points.csv: true values of functions at f64 points, as the two f64 around each value.

Needs mpmath (1.3). Run from the repository's root: python3 scripts/proof/interval.py
Each line: name, up to three arguments, the largest f64 not above the value, the smallest f64 not below it.
"""
import math
import random
from mpmath import mp, mpf
import mpmath as m

mp.dps = 400  # sin(1e300) and the neighbourhood of zeros
random.seed(20)


def bracket(v):
    if v == 0:
        return 0.0, 0.0
    if abs(v) > mpf(1.7976931348623157e308):
        return (1.7976931348623157e308, math.inf) if v > 0 else (-math.inf, -1.7976931348623157e308)
    f = float(v)
    if math.isinf(f):
        f = math.copysign(1.7976931348623157e308, f)
    g = mpf(f)
    if g == v:
        return f, f
    return (f, math.nextafter(f, math.inf)) if g < v else (math.nextafter(f, -math.inf), f)


def spread(lo, hi, n=10):
    return [random.uniform(lo, hi) for _ in range(n)]


def scales(lo=-300, hi=300, n=12, signs=(1, -1)):
    return [random.choice(signs) * 10 ** random.uniform(lo, hi) for _ in range(n)]


PI = math.pi
REAL = [0.0, 1.0, -1.0, 0.5, -2.5, 1e-20, -1e-310] + spread(-10, 10)
POS = [1.0, 2.0, 0.5, 10.0, 100.0, 1e22, 1e23, 5e-324, 1e-310, 0.9999999999999999, 1.0000000000000002, 1.7e308] + [abs(x) for x in spread(-10, 10) + scales()]
EXPS = REAL + [700.0, 709.7, 710.0, -700.0, -745.0, -746.0, -36.0, 37.0, 1e-8, -1e-8]
TRIG = REAL + scales(0, 300) + [PI / 2, PI, 2 * PI, 1e22, 6381956970095103.0 * 2.0**797, 1.5 * PI, -PI / 2, 355.0]
UNIT = [0.0, 1.0, -1.0, 0.5, -0.5, 1e-20, 0.9999999999999999, -0.9999999999999999] + spread(-1, 1)
GAMMA = [1.0, 2.0, 0.5, 3.0, 1.4616321449683622, 1.4616321449683625, 1e-10, 1e-300, 1e5, 171.5, 1e300, 1.0000000000000002, 1.9999999999999998,
         -0.5, -1.5, -2.5, -0.1, -2.4570247382208006, -2.7476826467274127, -3.1435808883499798, -0.504083008264455, -1.5734984731623904, -20.5, -100.3,
         -3.0000000000000004, -2.9999999999999996] + spread(0, 20) + spread(-20, 0)
rows = []


def unary(name, f, xs):
    for x in xs:
        rows.append((name, (x,), bracket(f(mpf(x)))))


def binary(name, f, pairs):
    for x, y in pairs:
        rows.append((name, (x, y), bracket(f(mpf(x), mpf(y)))))


def lgamma(x):
    return m.log(abs(m.gamma(x))) if x < 1e6 else m.loggamma(x)


unary('sqrt', m.sqrt, POS)
unary('cbrt', lambda x: m.sign(x) * m.cbrt(abs(x)), REAL + scales() + [8.0, -27.0, 1e15])
unary('exp', m.exp, EXPS)
unary('exp2', lambda x: mpf(2) ** x, EXPS + [10.0, -1022.0, -1074.0, 1023.0, 1023.9])
unary('expm1', lambda x: m.expm1(x) if x != 0 else mpf(0), EXPS)
unary('ln', m.log, POS)
unary('log2', lambda x: m.log(x, 2) if x not in (2, 1) else m.log(x) / m.log(2), [x for x in POS if x not in (2.0, 0.5)] + [3.0])
unary('log10', lambda x: m.log10(x), [x for x in POS if x not in (1e22, 10.0, 100.0)] + [3.0])
unary('log1p', m.log1p, [x for x in REAL if x > -1] + [-0.9999999999999999] + [x for x in POS])
for n, f in (('sin', m.sin), ('cos', m.cos), ('tan', m.tan)):
    unary(n, f, TRIG)
unary('asin', m.asin, UNIT)
unary('acos', m.acos, UNIT)
unary('atan', m.atan, REAL + scales())
for n, f in (('sinh', m.sinh), ('cosh', m.cosh)):
    unary(n, f, EXPS)
unary('tanh', m.tanh, [x for x in EXPS if abs(x) < 300])
unary('asinh', m.asinh, REAL + scales())
unary('acosh', m.acosh, [1.0, 1.0000000000000002, 1.5, 2.0] + [1 + abs(x) for x in REAL] + scales(0, 300, signs=(1,)))
unary('atanh', m.atanh, [x for x in UNIT if abs(x) < 1])
unary('erf', m.erf, [x for x in REAL] + [6.0, -3.0])
unary('erfc', m.erfc, [x for x in REAL] + [26.0, 20.0, -6.0])
unary('lgamma', lgamma, GAMMA)
unary('digamma', m.digamma, GAMMA)
unary('trigamma', lambda x: m.polygamma(1, x), [x for x in GAMMA if abs(x) > 1e-150])
binary('polygamma', lambda k, x: m.polygamma(int(k), x), [(float(k), x) for k in (0, 1, 2, 3, 7) for x in (0.5, 1.0, 3.7, 40.0, -0.5, -1.3, -4.7)])
unary('sigmoid', lambda x: 1 / (1 + m.exp(-x)), [x for x in EXPS if abs(x) < 800])
unary('softplus', lambda x: m.log1p(m.exp(x)), [x for x in EXPS if abs(x) < 740])
binary('pow', lambda x, y: x**y, [(2.0, 10.0), (2.0, 0.5), (3.0, -2.0), (-2.0, 3.0), (-2.0, -3.0), (-3.0, 4.0), (0.0, 2.5), (0.0, 0.0), (10.0, 22.0), (10.0, -22.0), (1.1, 1000.0), (0.9, 1e4), (1.0000000000000002, 1e18), (5.0, 33.0), (7.0, -40.0)]
       + [(abs(x) * 3, y) for x, y in zip(spread(-3, 3, 20), spread(-30, 30, 20))])
binary('log', lambda x, b: m.log(x) / m.log(b), [(7.0, 2.0), (9.0, 0.3), (1e300, 10.0), (5.0, 1.0000000000000002), (0.2, 7.0), (3.0, 1e-300)])
binary('hypot', lambda x, y: m.sqrt(x * x + y * y), [(3.0, 4.0), (1e300, 1e300), (1e-300, 2e-300), (5e-324, 5e-324), (1.0, 1e-20)] + list(zip(spread(-9, 9), spread(-9, 9))))
binary('atan2', lambda y, x: m.atan2(y, x), [(1.0, 2.0), (-1.0, -2.0), (0.0, -1.0), (3.0, 0.0), (1e-300, -1e300), (1e-10, 1e10)] + list(zip(spread(-9, 9), spread(-9, 9))))
binary('mod', lambda x, y: x - y * m.floor(x / y), [(7.5, 2.0), (-7.5, 2.0), (7.5, -2.0), (-1e-20, 1.0), (1e20, 3.0), (1e300, 7.1), (-0.1, 0.3)] + list(zip(spread(-99, 99), spread(-9, 9))))

with open('src/numeric/interval/points.csv', 'w') as out:
    out.write('# scripts/proof/interval.py: mpmath 1.3, 400 digits; name,x,y,below,above\n')
    for name, args, (lo, hi) in rows:
        x = repr(args[0])
        y = repr(args[1]) if len(args) > 1 else ''
        out.write(f'{name},{x},{y},{lo!r},{hi!r}\n')
print(len(rows))
