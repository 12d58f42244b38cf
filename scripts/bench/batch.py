#!/usr/bin/env python3
"""A gradient for every row of a CSV, beside what else does that: one table in one run.

    python3 scripts/bench/batch.py                        # everything: needs 2 GB of disk, a network for pip, some minutes
    python3 scripts/bench/batch.py --rows 1000000 --runs 3 --only gradus,polars_streaming

Makes the rows (three columns of 16 to 17 digits, 59 bytes a row), installs the peers into a virtual environment, builds the
release binary, runs all of them in turn as whole processes, and prints wall time, time of all processors, peak memory and the
ratio to polars. Everything it makes lies in a folder of its own (--folder), which --clean deletes at the end. The peers get the
derivatives by hand, but for JAX. gradus brings its file to the disk before it appears; the others leave that to the system.
"""
import argparse, os, shutil, statistics, subprocess, sys, time

import formulas

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.join(HERE, "..", "..")
PEERS = ["polars_streaming", "numpy_polars", "jax_polars", "duckdb_sql", "numexpr_polars"]
PACKAGES = ["numpy", "polars", "jax", "duckdb", "numexpr"]
MAKE = """
import sys, numpy as np, polars as pl
rows = np.random.default_rng(1).normal(size=(int(sys.argv[1]), 3))
pl.DataFrame({c: rows[:, i] for i, c in enumerate("xyz")}).write_csv(sys.argv[2])
"""


def measure(command):
    """Wall seconds, processor seconds, peak megabytes of a whole process."""
    os.sync()  # nobody pays for what the one before has left to write
    begun = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    _, status, used = os.wait4(child.pid, 0)
    wall = time.perf_counter() - begun
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode != 0:
        sys.exit(f"{command} ended with {child.returncode}")
    return wall, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024


def last_row(path):
    with open(path, "rb") as file:
        file.seek(-400, os.SEEK_END)
        return [float(cell) for cell in file.read().split(b"\n")[-2].split(b",")]


def agree(a, b):
    return len(a) == len(b) and all(abs(p - q) <= 1e-11 * (1 + abs(p)) for p, q in zip(a, b))


def batch(arguments, python, gradus, data):
    names = [n for n in ["gradus"] + PEERS if not arguments.only or n in arguments.only.split(",")]
    out = os.path.join(arguments.folder, "out.csv")
    for which in arguments.formulas.split(","):
        def command(name):
            if name == "gradus":
                return [gradus, "grad", "-f", formulas.TEXT[which], "--points", data, "-o", out, "-q"]
            return [python, os.path.join(HERE, "peers", name + ".py"), which, data, out]

        seen = {name: [] for name in names}
        truth = None
        for run in range(arguments.runs + 1):
            for name in names:
                figures = measure(command(name))
                row = last_row(out)
                truth = truth or row
                if not agree(row, truth):
                    sys.exit(f"{name} has other numbers: {row}, not {truth}")
                os.remove(out)
                if run > 0:  # the first warms the caches
                    seen[name].append(figures)
        base = "polars_streaming" if "polars_streaming" in names else names[0]
        print(f"\n{formulas.TEXT[which]}, {arguments.rows} rows, median of {arguments.runs} runs in turn\n")
        print(f"| | wall s | processor s | peak MB | wall to {base} | processor to {base} |\n| --- | --- | --- | --- | --- | --- |")
        for name in names:
            wall, cpu, peak = (statistics.median(f[i] for f in seen[name]) for i in range(3))
            ratio = [statistics.median(f[i] / g[i] for f, g in zip(seen[name], seen[base])) for i in (0, 1)]
            print(f"| {name} | {wall:.2f} | {cpu:.2f} | {peak:.0f} | {ratio[0]:.2f} | {ratio[1]:.2f} |", flush=True)


def own(arguments, gradus, data):
    """Our own run beside that of `x*y`, which has next to nothing to compute."""
    out = os.path.join(arguments.folder, "out.csv")
    runs = {which: [] for which in ("product", "short", "four")}
    for run in range(arguments.runs + 1):
        for which in runs:
            figures = measure([gradus, "grad", "-f", formulas.TEXT[which], "--points", data, "-o", out, "-q"])
            if run > 0:
                runs[which].append(figures)
    os.remove(out)
    print("\n| gradus | wall s | processor s | wall to x*y |\n| --- | --- | --- | --- |")
    for which, seen in runs.items():
        wall, cpu = (statistics.median(f[i] for f in seen) for i in (0, 1))
        ratio = statistics.median(f[0] / g[0] for f, g in zip(seen, runs["product"]))
        print(f"| {which} | {wall:.2f} | {cpu:.2f} | {ratio:.2f} |", flush=True)


def start_up(arguments, python, gradus):
    """The smallest job, many times."""
    jax = "import jax\njax.config.update('jax_enable_x64', True)\nprint(jax.grad(lambda x: x**2)(1.0))"
    commands = {"python3 -c pass": [python, "-c", "pass"], "gradus grad -f x^2 --at x=1": [gradus, "grad", "-f", "x^2", "--at", "x=1"],
                "the same in JAX": [python, "-c", jax]}
    print("\n| start-up | wall ms | to an empty Python |\n| --- | --- | --- |")
    base = None
    for name, command in commands.items():
        times = []
        for _ in range(5 if "JAX" in name else 50):
            begun = time.perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True)
            times.append(1e3 * (time.perf_counter() - begun))
        wall = statistics.median(times)
        base = base or wall
        print(f"| {name} | {wall:.1f} | {wall / base:.2f} |", flush=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--folder", default="/tmp/gradus-bench", help="where rows, results and the virtual environment lie")
    parser.add_argument("--python", help="a Python that has the peers, instead of a virtual environment")
    parser.add_argument("--gradus", help="the binary, instead of building it")
    parser.add_argument("--only", help=f"some of gradus,{','.join(PEERS)}")
    parser.add_argument("--formulas", default="short,four")
    parser.add_argument("--clean", action="store_true", help="delete the folder at the end")
    arguments = parser.parse_args()
    os.makedirs(arguments.folder, exist_ok=True)

    python = arguments.python
    if python is None:
        python = os.path.join(arguments.folder, "venv", "bin", "python")
        if not os.path.exists(python):
            subprocess.run([sys.executable, "-m", "venv", os.path.dirname(os.path.dirname(python))], check=True)
            subprocess.run([python, "-m", "pip", "install", "--quiet", *PACKAGES], check=True)
    gradus = arguments.gradus
    if gradus is None:
        subprocess.run(["cargo", "build", "--release", "--quiet"], cwd=ROOT, check=True)
        gradus = os.path.join(ROOT, "target", "release", "gradus")
    data = os.path.join(arguments.folder, f"rows-{arguments.rows}.csv")
    if not os.path.exists(data):
        subprocess.run([python, "-c", MAKE, str(arguments.rows), data], check=True)

    batch(arguments, python, gradus, data)
    own(arguments, gradus, data)
    start_up(arguments, python, gradus)
    if arguments.clean:
        shutil.rmtree(arguments.folder)


main()
