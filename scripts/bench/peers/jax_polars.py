"""JAX, which differentiates by itself, on columns that polars reads and writes: FORMULA IN.csv OUT.csv"""
import os, sys
sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
os.environ["JAX_PLATFORMS"] = "cpu"
import jax
import jax.numpy as jnp
import numpy as np
import polars as pl
import formulas

jax.config.update("jax_enable_x64", True)
which, source, target = sys.argv[1:]
rows = pl.read_csv(source, schema_overrides={c: pl.Float64 for c in "xyz"})
names = formulas.VARIABLES[which]
slopes = jax.value_and_grad(lambda x, y, z: formulas.value(which, jnp, x, y, z), tuple(range(len(names))))
f, partials = jax.jit(jax.vmap(slopes))(*(rows[c].to_numpy() for c in "xyz"))
columns = {"f": f, **{f"df_d{c}": p for c, p in zip(names, partials)}}
rows.with_columns(**{k: pl.Series(np.asarray(v)) for k, v in columns.items()}).write_csv(target)
