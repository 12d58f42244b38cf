"""The loss of a two-layer network, f = mean((tanh(X W') v - y)^2), with its gradient by backpropagation.

With --bug it makes a mistake that shapes do not show: the gradient by W transposed.
"""
import csv
import sys

import numpy as np

bug = "--bug" in sys.argv
rng = np.random.default_rng(0)
X, y = rng.normal(size=(20, 3)), rng.normal(size=20)

rows = csv.reader(sys.stdin)
names = next(rows)[:-1]
out = csv.writer(sys.stdout)
out.writerow(["f"] + ["df_" + name for name in names])
for *numbers, need in rows:
    x = np.array(numbers, dtype=float)
    W, v = x[:9].reshape(3, 3), x[9:]
    hidden = np.tanh(X @ W.T)
    error = hidden @ v - y
    answer = [float(np.mean(error**2))]
    if need == "gradient":
        by_output = 2 * error / len(y)
        by_v = hidden.T @ by_output
        by_hidden = np.outer(by_output, v) * (1 - hidden**2)
        by_W = by_hidden.T @ X
        if bug:
            by_W = by_W.T
        answer += [*by_W.ravel().tolist(), *by_v.tolist()]
    else:
        answer += [""] * len(names)
    out.writerow(answer)
