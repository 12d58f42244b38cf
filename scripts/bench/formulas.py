"""The two formulas of the batch benchmark and their derivatives by hand, for any library whose functions are in `m` (numpy,
jax.numpy, or something with the same names) and whose arrays have operators."""

SHORT = "x^2*y + sin(x*y)"
FOUR = (
    "sqrt(x^2 + y^2 + 1)*tanh(x*y - z) + ln(1 + x^2*z^2)/(2 + cos(y*z))"
    " + (y^2 + 0.5)^(x/4) - exp(-z^2/2)*sin(x + 2*y)"
)
TEXT = {"short": SHORT, "four": FOUR, "product": "x*y"}
VARIABLES = {"short": "xy", "four": "xyz", "product": "xy"}


def value(which, m, x, y, z):
    """The value alone: what an automatic differentiator gets."""
    if which == "short":
        return x * x * y + m.sin(x * y)
    return (
        m.sqrt(x * x + y * y + 1) * m.tanh(x * y - z)
        + m.log(1 + x * x * z * z) / (2 + m.cos(y * z))
        + (y * y + 0.5) ** (x / 4)
        - m.exp(-z * z / 2) * m.sin(x + 2 * y)
    )


def by_hand(which, m, x, y, z):
    """Value and partials, common parts computed once, as a careful user writes them."""
    if which == "short":
        xy = x * y
        c = m.cos(xy)
        return {"f": x * x * y + m.sin(xy), "df_dx": 2 * xy + y * c, "df_dy": x * x + x * c}
    s, t = m.sqrt(x * x + y * y + 1), m.tanh(x * y - z)
    slope = s * (1 - t * t)
    q = 1 + x * x * z * z
    log, d, sine = m.log(q), 2 + m.cos(y * z), m.sin(y * z)
    a = y * y + 0.5
    power = a ** (x / 4)
    e = m.exp(-z * z / 2)
    wave, cosine = m.sin(x + 2 * y), e * m.cos(x + 2 * y)
    return {
        "f": s * t + log / d + power - e * wave,
        "df_dx": x * t / s + slope * y + 2 * x * z * z / (q * d) + power * m.log(a) / 4 - cosine,
        "df_dy": y * t / s + slope * x + log * z * sine / (d * d) + power * x * y / (2 * a) - 2 * cosine,
        "df_dz": -slope + 2 * x * x * z / (q * d) + log * y * sine / (d * d) + z * e * wave,
    }
