#!/usr/bin/env python3
"""Says how much of what a system prompt does has arrived in the weights.

    share.py WITHOUT WITH DISTILLED [--keel .build/release/keel] [--metric length] [--level 0.95]

All three are runs of one suite by `keel eval`: without the prompt, with it, and without it after distillation. The
share of the way is (distilled - without) / (with - without), of means over answers. Its interval is Fieller's (1954):
the shares s for which (distilled - without) - s (with - without) is not told from 0 by a t test. Variances are
clustered by topic, as in `keel compare`. Where the prompt's own effect is not told from 0, no share is.
"""

import argparse
import csv
import math
import subprocess
import sys
import tempfile
from collections import defaultdict


def readings(keel, run, metric):
    """The metric's readings of each answer, by cluster, as Keel takes them."""
    with tempfile.TemporaryDirectory() as folder:
        path = f"{folder}/readings.csv"
        subprocess.run([keel, "export", run, "--format", "readings", "--out", path], check=True,
                       stdout=subprocess.DEVNULL)
        with open(path, newline="", encoding="utf-8") as file:
            rows = [row for row in csv.DictReader(file) if row["metric"] == metric]
    clusters = defaultdict(list)
    for row in rows:
        if row["value"]:
            clusters[row["cluster"]].append(float(row["value"]))
    return clusters


def mean_and_influences(clusters):
    """The mean over all readings, and what each cluster adds to its error (their sum is 0)."""
    count = sum(map(len, clusters.values()))
    mean = sum(map(sum, clusters.values())) / count
    return mean, [(sum(clusters[name]) - mean * len(clusters[name])) / count for name in sorted(clusters)]


def critical(level, freedom):
    """The two-sided critical value of Student's t, whose density in atan(t / sqrt(freedom)) is a power of cosine."""
    scale = math.gamma((freedom + 1) / 2) / (math.sqrt(math.pi) * math.gamma(freedom / 2))

    def area(angle, steps=400):
        values = [math.cos(angle * i / steps) ** (freedom - 1) for i in range(steps + 1)]
        return scale * angle / steps / 3 * (values[0] + values[-1] + 4 * sum(values[1::2]) + 2 * sum(values[2:-1:2]))

    low, high = 0, math.pi / 2
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (middle, high) if area(middle) < level / 2 else (low, middle)
    return math.sqrt(freedom) * math.tan(low)


def share(without, with_, distilled, level):
    """The share of the way and its interval, None where the prompt's own effect is not told from 0."""
    (start, a), (end, b), (reached, c) = map(mean_and_influences, (without, with_, distilled))
    top, bottom = reached - start, end - start
    u, v = [y - x for x, y in zip(a, c)], [y - x for x, y in zip(a, b)]
    factor = critical(level, len(a) - 1) ** 2 * len(a) / (len(a) - 1)
    uu, uv, vv = (factor * sum(x * y for x, y in zip(*pair)) for pair in ((u, u), (u, v), (v, v)))
    square, half, rest = bottom**2 - vv, top * bottom - uv, top**2 - uu
    if square <= 0:
        return (start, end, reached), None, None
    root = math.sqrt(max(0, half**2 - square * rest))
    return (start, end, reached), top / bottom, ((half - root) / square, (half + root) / square)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("without")
    parser.add_argument("with_", metavar="with")
    parser.add_argument("distilled")
    parser.add_argument("--keel", default=".build/release/keel")
    parser.add_argument("--metric", default="length")
    parser.add_argument("--level", type=float, default=0.95)
    arguments = parser.parse_args()
    if not 0 < arguments.level < 1:
        parser.error("--level must be between 0 and 1")
    runs = [readings(arguments.keel, run, arguments.metric)
            for run in (arguments.without, arguments.with_, arguments.distilled)]
    if len(runs[0]) < 3 or len({tuple(sorted(run)) for run in runs}) > 1:
        sys.exit(f"The runs need readings of \"{arguments.metric}\" of the same clusters, at least 3.")
    means, value, interval = share(*runs, arguments.level)
    print(f"{arguments.metric}: without {means[0]:.1f}, with {means[1]:.1f}, distilled {means[2]:.1f} "
          f"({len(runs[0])} clusters; {', '.join(str(sum(map(len, run.values()))) for run in runs)} answers)")
    if value is None:
        return print("The prompt's own effect is not told from 0, and so no share of it.")
    low, high = interval
    print(f"share of the way: {value:.2f}, {100 * arguments.level:g} % interval {low:.2f} to {high:.2f}")
    print("Most of the way: " + ("shown." if low > 0.5 else "not shown; the interval reaches down to a half or less."))


if __name__ == "__main__":
    main()
