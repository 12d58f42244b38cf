#!/usr/bin/env python3
"""Extended Rosenbrock in a million variables by lbfgs with ten pairs, as a whole process, by a peer of gradus.

    /usr/bin/time -v python3 scripts/bench/rosenbrock.py optax|scipy
    /usr/bin/time -v gradus descend spec.toml --method lbfgs --memory 10 --gtol 1e-6 -q

with the spec of docs/benchmarks.md. Needs jax and optax, or scipy and numba. Prints the value and the count of iterations (optax)
or evaluations (scipy); both stop at max |df/dx_i| <= 1e-6.
"""
import sys

import numpy as np

N = 1_000_000
START = np.where(np.arange(N) % 2 == 0, -1.2, 1.0)


def by_optax():
    import jax
    import jax.numpy as jnp
    import optax

    jax.config.update("jax_enable_x64", True)

    def f(x):
        return jnp.sum(100 * (x[1::2] - x[::2] ** 2) ** 2 + (1 - x[::2]) ** 2)

    solver = optax.lbfgs(memory_size=10)
    value_and_gradient = optax.value_and_grad_from_state(f)

    @jax.jit
    def run(x):
        def step(carry):
            x, state = carry
            value, gradient = value_and_gradient(x, state=state)
            updates, state = solver.update(gradient, state, x, value=value, grad=gradient, value_fn=f)
            return optax.apply_updates(x, updates), state

        def goes_on(carry):
            _, state = carry
            count = optax.tree_utils.tree_get(state, "count")
            gradient = optax.tree_utils.tree_get(state, "grad")
            return (count == 0) | ((count < 200) & (jnp.max(jnp.abs(gradient)) >= 1e-6))

        return jax.lax.while_loop(goes_on, step, (x, solver.init(x)))

    x, state = run(jnp.asarray(START))
    print(float(f(x)), int(optax.tree_utils.tree_get(state, "count")))


def by_scipy():
    import numba
    from scipy.optimize import minimize

    @numba.njit
    def f(x):
        g = np.zeros_like(x)
        value = 0.0
        for i in range(0, len(x), 2):
            r = x[i + 1] - x[i] * x[i]
            s = 1 - x[i]
            value += 100 * r * r + s * s
            g[i + 1] = 200 * r
            g[i] = -400 * r * x[i] - 2 * s
        return value, g

    options = {"maxcor": 10, "gtol": 1e-6, "ftol": 0, "maxiter": 1000}
    found = minimize(f, START, jac=True, method="L-BFGS-B", options=options)
    print(found.fun, found.nfev)


{"optax": by_optax, "scipy": by_scipy}[sys.argv[1]]()
