"""DuckDB's SQL, the derivatives by hand: FORMULA IN.csv OUT.csv"""
import sys
import duckdb

SELECT = {
    "short": "x, y, z, x*x*y + sin(x*y) AS f, 2*x*y + y*cos(x*y) AS df_dx, x*x + x*cos(x*y) AS df_dy FROM t",
    "four": """x, y, z, s*t + l/d + p - e*w AS f,
        x*t/s + g*y + 2*x*z*z/(q*d) + p*ln(a)/4 - e*c AS df_dx,
        y*t/s + g*x + l*z*n/(d*d) + p*x*y/(2*a) - 2*e*c AS df_dy,
        -g + 2*x*x*z/(q*d) + l*y*n/(d*d) + z*e*w AS df_dz
      FROM (SELECT *, s*(1 - t*t) AS g, ln(q) AS l FROM (SELECT *, sqrt(x*x + y*y + 1) AS s, tanh(x*y - z) AS t,
        1 + x*x*z*z AS q, 2 + cos(y*z) AS d, sin(y*z) AS n, y*y + 0.5 AS a, pow(y*y + 0.5, x/4) AS p, exp(-z*z/2) AS e,
        sin(x + 2*y) AS w, cos(x + 2*y) AS c FROM t))""",
}
which, source, target = sys.argv[1:]
read = f"read_csv('{source}', columns={{'x': 'DOUBLE', 'y': 'DOUBLE', 'z': 'DOUBLE'}}, header=true)"
duckdb.sql(f"COPY (WITH t AS (FROM {read}) SELECT {SELECT[which]}) TO '{target}' (HEADER)")
