"""numexpr on columns that polars reads and writes, the derivatives by hand, an expression a column: FORMULA IN.csv OUT.csv"""
import sys
import numexpr as ne
import polars as pl

EXPRESSIONS = {
    "short": {"f": "x*x*y + sin(x*y)", "df_dx": "2*x*y + y*cos(x*y)", "df_dy": "x*x + x*cos(x*y)"},
    "four": {
        "f": "sqrt(x*x+y*y+1)*tanh(x*y-z) + log(1+x*x*z*z)/(2+cos(y*z)) + (y*y+0.5)**(x/4) - exp(-z*z/2)*sin(x+2*y)",
        "df_dx": "x*tanh(x*y-z)/sqrt(x*x+y*y+1) + sqrt(x*x+y*y+1)*(1-tanh(x*y-z)**2)*y"
        " + 2*x*z*z/((1+x*x*z*z)*(2+cos(y*z))) + (y*y+0.5)**(x/4)*log(y*y+0.5)/4 - exp(-z*z/2)*cos(x+2*y)",
        "df_dy": "y*tanh(x*y-z)/sqrt(x*x+y*y+1) + sqrt(x*x+y*y+1)*(1-tanh(x*y-z)**2)*x"
        " + log(1+x*x*z*z)*z*sin(y*z)/(2+cos(y*z))**2 + (y*y+0.5)**(x/4)*x*y/(2*(y*y+0.5)) - 2*exp(-z*z/2)*cos(x+2*y)",
        "df_dz": "-sqrt(x*x+y*y+1)*(1-tanh(x*y-z)**2) + 2*x*x*z/((1+x*x*z*z)*(2+cos(y*z)))"
        " + log(1+x*x*z*z)*y*sin(y*z)/(2+cos(y*z))**2 + z*exp(-z*z/2)*sin(x+2*y)",
    },
}
which, source, target = sys.argv[1:]
rows = pl.read_csv(source, schema_overrides={c: pl.Float64 for c in "xyz"})
columns = {c: rows[c].to_numpy() for c in "xyz"}
out = {k: pl.Series(ne.evaluate(e, columns)) for k, e in EXPRESSIONS[which].items()}
rows.with_columns(**out).write_csv(target)
