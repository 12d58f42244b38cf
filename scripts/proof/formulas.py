#!/usr/bin/env python3
"""Values and gradients of nasty formulas at nasty points: tests/data/formulas/nasty.csv, from mpmath with 120 digits.

    pip install mpmath && python3 scripts/proof/formulas.py

`at` holds exact doubles; numbers in formulas are their doubles. A kappa is the condition of the formula as written: every argument
and the result of every operation is changed by a relative 1e-40, one after the other, and the relative changes of the result are
added (for a partial: of the derivative carried along, which is changed by the same factor at each operation as well).
"""
import ast, os, random
import mpmath as mp
from mpmath import mpf

OUT = os.path.join(os.path.dirname(__file__), "..", "..", "tests", "data", "formulas", "nasty.csv")
mp.mp.dps = 120
EPS = mpf(10) ** -40
random.seed(3)


class Dual:
    def __init__(self, v, d): self.v, self.d = v, d


def chain(v, *terms):
    n = len(terms[0][1].d)
    return Dual(v, [sum((p * x.d[i] for p, x in terms if x.d[i] != 0), mpf(0)) for i in range(n)])


SIG = lambda x: 1 / (1 + mp.exp(-x))
FUN = {  # value, derivative
    "sqrt": (mp.sqrt, lambda x: 1 / (2 * mp.sqrt(x))), "exp": (mp.exp, mp.exp), "ln": (mp.log, lambda x: 1 / x),
    "log10": (lambda x: mp.log(x) / mp.log(10), lambda x: 1 / (x * mp.log(10))), "log1p": (mp.log1p, lambda x: 1 / (1 + x)), "expm1": (mp.expm1, mp.exp),
    "sin": (mp.sin, mp.cos), "cos": (mp.cos, lambda x: -mp.sin(x)), "tan": (mp.tan, lambda x: 1 + mp.tan(x) ** 2),
    "asin": (mp.asin, lambda x: 1 / mp.sqrt(1 - x * x)), "acos": (mp.acos, lambda x: -1 / mp.sqrt(1 - x * x)), "atan": (mp.atan, lambda x: 1 / (1 + x * x)),
    "sinh": (mp.sinh, mp.cosh), "cosh": (mp.cosh, mp.sinh), "tanh": (mp.tanh, lambda x: 1 / mp.cosh(x) ** 2),
    "asinh": (mp.asinh, lambda x: 1 / mp.sqrt(1 + x * x)), "acosh": (mp.acosh, lambda x: 1 / mp.sqrt(x * x - 1)), "atanh": (mp.atanh, lambda x: 1 / (1 - x * x)),
    "erf": (mp.erf, lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x)), "erfc": (mp.erfc, lambda x: -2 / mp.sqrt(mp.pi) * mp.exp(-x * x)),
    "lgamma": (lambda x: mp.log(abs(mp.gamma(x))), mp.digamma), "digamma": (mp.digamma, lambda x: mp.polygamma(1, x)),
    "sigmoid": (SIG, lambda x: SIG(x) * SIG(-x)), "softplus": (lambda x: mp.log1p(mp.exp(x)), SIG), "abs": (abs, mp.sign),
    "cbrt": (lambda x: mp.sign(x) * mp.cbrt(abs(x)), lambda x: 1 / (3 * mp.cbrt(abs(x)) ** 2)), "relu": (lambda x: max(x, mpf(0)), lambda x: mpf(x > 0)),
}


class Machine:
    def __init__(self, at, bump): self.at, self.bump, self.count = at, bump, -1

    def touch(self, d):
        self.count += 1
        if self.count == self.bump:
            return Dual(d.v * (1 + EPS), [x * (1 + EPS) for x in d.d])
        return d

    def run(self, node):
        n = len(self.at)
        if isinstance(node, ast.Constant):
            return Dual(mpf(float(node.value)), [mpf(0)] * n)
        if isinstance(node, ast.Name):
            if node.id in ("pi", "e"):
                import math
                return Dual(mpf(getattr(math, node.id)), [mpf(0)] * n)
            i = list(self.at).index(node.id)
            d = [mpf(0)] * n
            d[i] = mpf(1)
            self.count += 1
            v = mpf(self.at[node.id])
            return Dual(v * (1 + EPS) if self.count == self.bump else v, d)
        if isinstance(node, ast.UnaryOp):
            a = self.run(node.operand)
            return Dual(-a.v, [-x for x in a.d])
        if isinstance(node, ast.BinOp):
            a, b = self.run(node.left), self.run(node.right)
            op = type(node.op)
            if op is ast.Add: r = chain(a.v + b.v, (1, a), (1, b))
            elif op is ast.Sub: r = chain(a.v - b.v, (1, a), (-1, b))
            elif op is ast.Mult: r = chain(a.v * b.v, (b.v, a), (a.v, b))
            elif op is ast.Div: r = chain(a.v / b.v, (1 / b.v, a), (-a.v / b.v ** 2, b))
            else:
                v = a.v ** b.v
                terms = [(b.v * a.v ** (b.v - 1), a)]
                if any(b.d): terms.append((v * mp.log(a.v), b))
                r = chain(v, *terms)
            return self.touch(r)
        name, args = node.func.id, node.args
        if name == "iff":
            c = args[0]
            l, r = self.run(c.left), self.run(c.comparators[0])
            truth = {ast.Gt: l.v > r.v, ast.Lt: l.v < r.v, ast.GtE: l.v >= r.v, ast.LtE: l.v <= r.v}[type(c.ops[0])]
            return self.run(args[1] if truth else args[2])
        a = [self.run(x) for x in args]
        x = a[0]
        if name == "log": r = chain(mp.log(x.v) / mp.log(a[1].v), (1 / (x.v * mp.log(a[1].v)), x), (-mp.log(x.v) / (a[1].v * mp.log(a[1].v) ** 2), a[1]))
        elif name == "atan2":
            s = x.v ** 2 + a[1].v ** 2
            r = chain(mp.atan2(x.v, a[1].v), (a[1].v / s, x), (-x.v / s, a[1]))
        elif name == "hypot":
            h = mp.sqrt(x.v ** 2 + a[1].v ** 2)
            r = chain(h, (x.v / h, x), (a[1].v / h, a[1]))
        elif name in ("max", "min"):
            r = max(a, key=lambda d: d.v) if name == "max" else min(a, key=lambda d: d.v)
        elif name == "mod": r = chain(x.v - a[1].v * mp.floor(x.v / a[1].v), (1, x), (-mp.floor(x.v / a[1].v), a[1]))
        else: r = chain(FUN[name][0](x.v), (FUN[name][1](x.v), x))
        return self.touch(r)


U = random.uniform
CASES = [
    ("(1 - cos(x))/x^2", [dict(x=v) for v in (1e-2, 1e-4, 3e-6)]), ("exp(x) - 1 - x", [dict(x=v) for v in (1e-3, 1e-6, -2e-5)]),
    ("sqrt(x^2 + 1) - x", [dict(x=v) for v in (10.0, 1e3, 1e6)]), ("ln(x)", [dict(x=v) for v in (1 + 1e-8, 1 - 1e-12, 1e-300, 5e300)]),
    ("x^y", [dict(x=1 + 1e-9, y=1e8), dict(x=0.999999, y=-1e6), dict(x=1e-3, y=77.5), dict(x=2.5, y=-300.25), dict(x=1e100, y=2.9)]),
    ("x^x", [dict(x=v) for v in (0.1, 1e-5, 20.5, 143.0)]), ("(x - 1)^5", [dict(x=v) for v in (1.0001, 0.99999999, 1.5)]),
    ("x^5 - 5*x^4 + 10*x^3 - 10*x^2 + 5*x - 1", [dict(x=v) for v in (1.01, 1.1, 0.9)]),
    ("100*(y - x^2)^2 + (1 - x)^2", [dict(x=v, y=w) for v, w in ((-1.2, 1.0), (1.0000001, 1.0000002), (0.999, 0.998), (1e4, 1e8), (1e-9, 1e-5))]),
    ("sin(x)", [dict(x=v) for v in (1e15, 1e5, 3.141592653589793, 6.283185307179586, 1e-300, 1e22)]), ("tan(x)", [dict(x=v) for v in (1.5707963267948966, 1.57, 4.7123889803846899, 1e6)]),
    ("tanh(x)", [dict(x=v) for v in (20.0, -18.5, 1e-10, 0.3)]), ("exp(-exp(x))", [dict(x=v) for v in (2.0, 5.5, -40.0)]),
    ("erfc(x)", [dict(x=v) for v in (5.0, 25.0, -3.0)]), ("exp(x^2)*erfc(x)", [dict(x=v) for v in (3.0, 10.0)]),
    ("lgamma(x)", [dict(x=v) for v in (0.1, 3.3, 50.0, 1e10)]), ("digamma(x)", [dict(x=v) for v in (0.5, 7.25, 1e6)]),
    ("atan2(y, x)", [dict(y=v, x=w) for v, w in ((1e-10, 1.0), (1e-10, -1.0), (1.0, 1e-12), (-1e5, 1e-5), (1e30, 1e30))]),
    ("hypot(x, y)", [dict(x=v, y=w) for v, w in ((1e200, 1e200), (1e-200, 2e-200), (3.0, 1e-8))]),
    ("softplus(x)", [dict(x=v) for v in (-40.0, 40.0, -700.0, 0.0001)]), ("sigmoid(x)", [dict(x=v) for v in (-40.0, 40.0, -700.0, 35.5)]), ("ln(1 + exp(x)) - 0.3*x", [dict(x=v) for v in (0.7, -5.0, 30.0)]),
    ("log(x, y)", [dict(x=7.0, y=1 + 1e-6), dict(x=1 + 1e-9, y=3.0), dict(x=1e-5, y=0.1)]),
    ("x^2*y + sin(x*y)", [dict(x=1.0, y=2.0), dict(x=1e8, y=1e-8), dict(x=-3.7, y=1e4), dict(x=1e-160, y=1e3)]),
    ("x^2*y*z + exp(x*z)", [dict(x=1.0, y=2.0, z=-1.5), dict(x=30.0, y=1e-3, z=20.0), dict(x=-1e-8, y=5.0, z=1e8)]),
    ("21 + 2*exp(-((x - 5)^2 + y^2 + (z - 1)^2)/8)", [dict(x=3.0, y=1.0, z=2.0), dict(x=5.0001, y=1e-5, z=1.0), dict(x=-10.0, y=4.0, z=7.0)]),
    ("x*y/(x^2 + y^2)", [dict(x=1e-9, y=1e-9), dict(x=1.0, y=1e-7), dict(x=1e100, y=3e99)]), ("1e8*x^2 + 1e-8*y", [dict(x=1e-5, y=3.0), dict(x=1.0, y=1e9)]),
    ("1e-300*x + y", [dict(x=1e10, y=1.0)]), ("x/(1 + x^2)", [dict(x=v) for v in (1e5, 1.0000001, 1e-9)]), ("1/(1 - x)", [dict(x=v) for v in (0.9999999, 1.0001, -5.0)]),
    ("asin(x)", [dict(x=v) for v in (0.999999, -0.99, 1e-9)]), ("acos(x)", [dict(x=v) for v in (0.999999, -0.99, 0.1)]), ("acosh(x)", [dict(x=v) for v in (1.00001, 50.0)]), ("atanh(x)", [dict(x=v) for v in (0.99999, -0.5, 1e-9)]),
    ("asinh(x)", [dict(x=v) for v in (1e-9, 1e10, -2.5)]), ("sinh(x)*cosh(y)", [dict(x=20.0, y=-15.0), dict(x=1e-8, y=300.0)]),
    ("(y^2 + 0.5)^(x/4)", [dict(x=3.0, y=1.5), dict(x=-40.0, y=10.0), dict(x=200.0, y=0.70711)]),
    ("sqrt(x^2 + y^2 + 1)*tanh(x*y - z) + ln(1 + x^2*z^2)/(2 + cos(y*z)) + (y^2 + 0.5)^(x/4) - exp(-z^2/2)*sin(x + 2*y)", [dict(x=U(-3, 3), y=U(-3, 3), z=U(-3, 3)) for _ in range(30)]),
    ("if(x > 0, sqrt(x)*ln(x), x^3)", [dict(x=v) for v in (1e-8, 2.0, -3.0)]), ("if(x*y < 1, exp(x*y), e*x*y)", [dict(x=0.5, y=1.5), dict(x=3.0, y=2.0)]),
    ("max(x*y, x + y)^2", [dict(x=3.0, y=5.0), dict(x=0.1, y=0.2)]), ("abs(x)^1.5*abs(x - 1)", [dict(x=0.3), dict(x=-2.0)]), ("cbrt(x)*x", [dict(x=-1e-9), dict(x=27.5)]),
    ("mod(x, 2*pi)*sin(x)", [dict(x=10.0), dict(x=-3.0)]), ("ln(ln(ln(x)))", [dict(x=20.0), dict(x=1e50)]), ("exp(-x^2/2)/sqrt(2*pi)", [dict(x=v) for v in (0.1, 5.0, -30.0)]),
    ("(a*b - c)/(d + 1e-3)", [dict(a=1.1, b=2.2, c=2.4, d=1e-5), dict(a=1e8, b=1e-8, c=0.5, d=-1.001)]),
    ("log1p(x)*expm1(y)", [dict(x=1e-10, y=-1e-10), dict(x=-0.9999, y=3.0)]), ("x1^2 + 2*x2^2 + 3*x3^2 + 4*x4^2", [dict(x1=1e-5, x2=1.0, x3=-1e5, x4=7.7)]),
    ("cos(x)^2 + sin(x)^2 + y", [dict(x=0.5, y=1e-3), dict(x=100.0, y=1.0)]), ("exp(sin(x)*cos(y))/(1 + x^2*y^2)", [dict(x=U(-4, 4), y=U(-4, 4)) for _ in range(14)]),
    ("ln(x^2 + y^2)/2 + atan2(y, x)", [dict(x=U(-4, 4), y=U(-4, 4)) for _ in range(10)]), ("(x^2 + y - 11)^2 + (x + y^2 - 7)^2", [dict(x=U(-5, 5), y=U(-5, 5)) for _ in range(12)] + [dict(x=3.0001, y=1.9999)]),
    ("4*x^2 - 2.1*x^4 + x^6/3 + x*y - 4*y^2 + 4*y^4", [dict(x=U(-2, 2), y=U(-1, 1)) for _ in range(8)]), ("x^-3.5*y^2.25", [dict(x=0.01, y=100.0), dict(x=7.0, y=1e-5)]),
    ("2^-x^2 + 3^2^0.5", [dict(x=0.7), dict(x=5.0)]), ("log10(x^2 + 1) - x/2*atan(y/x)", [dict(x=U(0.1, 5), y=U(-4, 4)) for _ in range(8)]),
    ("tanh(a*x + b)*c + ln(cosh(x))", [dict(a=0.5, x=2.0, b=-1.0, c=3.0), dict(a=20.0, x=0.3, b=-6.0, c=1e-3)]),
]


def analyse(tree, at):
    base = Machine(at, None)
    r = base.run(tree)
    kv, kp = mpf(1), [mpf(1)] * len(at)
    for k in range(base.count + 1):
        s = Machine(at, k).run(tree)
        if r.v != 0: kv += abs((s.v - r.v) / r.v) / EPS
        for i, (a, b) in enumerate(zip(r.d, s.d)):
            if a != 0: kp[i] += abs((b - a) / a) / EPS
    return r, kv, kp


def main():
    rows = []
    for text, points in CASES:
        tree = ast.parse(text.replace("^", "**").replace("if(", "iff("), mode="eval").body
        for at in points:
            r, kv, kp = analyse(tree, at)
            if any(d == 0 or abs(d) > 1.7e308 for d in r.d) or r.v == 0:
                continue  # no relative error there
            rows.append(";".join([text, " ".join(f"{k}={v!r}" for k, v in at.items()), repr(float(r.v)), f"{float(kv):.3g}",
                                  " ".join(repr(float(d)) for d in r.d), " ".join(f"{float(k):.3g}" for k in kp)]))
    with open(OUT, "w") as out:
        out.write("# mpmath, 120 digits: python3 scripts/proof/formulas.py\nformula;at;value;kappa;partials;kappas\n" + "\n".join(rows) + "\n")
    print(len(rows), "points")


main()
