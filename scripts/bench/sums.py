#!/usr/bin/env python3
"""Value and gradient of the extended Rosenbrock sum in n variables by numpy, JAX and numba, in nanoseconds a variable.

    python3 scripts/bench/sums.py [n]         needs numpy; jax and numba where they are installed
    cargo bench --bench sums                  gradus on one thread, beside the same loop by hand in Rust

The least time of 30 runs after a warm-up; one thread each (numpy and numba by nature, JAX by XLA_FLAGS below).
"""
import os
import sys
import time

os.environ.setdefault("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1")
import numpy as np

n = int(float(sys.argv[1])) if len(sys.argv) > 1 else 1_000_000
x = np.where(np.arange(n) % 2 == 0, -1.2, 1.0)


def by_numpy(x):
    r = x[1:] - x[:-1] ** 2
    s = 1 - x[:-1]
    g = np.zeros_like(x)
    g[1:] += 200 * r
    g[:-1] -= 400 * r * x[:-1] + 2 * s
    return 100 * np.dot(r, r) + np.dot(s, s), g


def least(f):
    f()
    f()
    best = min(timed(f) for _ in range(30))
    return best * 1e9 / n


def timed(f):
    begun = time.perf_counter()
    f()
    return time.perf_counter() - begun


print(f"n = {n}, ns a variable")
print(f"  numpy by hand  {least(lambda: by_numpy(x)):7.2f}")
try:
    import jax

    jax.config.update("jax_enable_x64", True)
    import jax.numpy as jnp

    f = jax.jit(jax.value_and_grad(lambda x: jnp.sum(100 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)))
    device = jnp.asarray(x)
    print(f"  JAX            {least(lambda: jax.block_until_ready(f(device))):7.2f}")
except ImportError:
    print("  JAX            is not installed")
try:
    import numba

    @numba.njit
    def by_numba(x, g):
        g[:] = 0
        f = 0.0
        for i in range(len(x) - 1):
            r = x[i + 1] - x[i] * x[i]
            s = 1 - x[i]
            f += 100 * r * r + s * s
            g[i + 1] += 200 * r
            g[i] -= 400 * r * x[i] + 2 * s
        return f

    g = np.empty(n)
    print(f"  numba by hand  {least(lambda: by_numba(x, g)):7.2f}")
except ImportError:
    print("  numba          is not installed")
