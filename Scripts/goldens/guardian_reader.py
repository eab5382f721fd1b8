"""Mirrors the guardian's trained reader: its features, fit and calibration; guardian_rules.py has the words and rules.

    python3 -m venv venv && venv/bin/pip install numpy scipy pyyaml
    venv/bin/python Scripts/goldens/guardian_reader.py golden   # Tests/KeelGuardianTests/Goldens/reader.json
    venv/bin/python Scripts/goldens/guardian_reader.py fit OUT  # a reader as `keel guardian train` fits it, from the same rows
    venv/bin/python Scripts/goldens/guardian_reader.py measure held-out

`fit` minimises what `ReaderTraining` minimises, which has one minimum, by another program. `measure` reads with the
files that ship. Run `golden` after each change of them.
"""

import functools
import json
import math
import os
import sys

import yaml

from guardian_rules import LEVELS, MAXIMUM, ROOT, ROWS, TEXTS, Rules, latin, named, read, said, windows, words

# MARK: Features


CLASSES = {named(name): words_of for name, words_of in yaml.safe_load(read(TEXTS, "reader-classes.yaml")).items()}
NAMES = sorted(CLASSES)
WHOLE, BEGINNING, SEVERAL = {}, {}, {}
for place, name in enumerate(NAMES):
    for entry in CLASSES[name]["en"] + CLASSES[name]["zh"]:
        entry = named(entry)
        spelt = words(entry.rstrip("*").replace("+", " "))
        if len(spelt) > 1:
            SEVERAL.setdefault(spelt[-1], []).append((spelt, place))
        else:
            (BEGINNING if entry.endswith("*") else WHOLE).setdefault(spelt[0], set()).add(place)


@functools.lru_cache(None)
def places(word):
    found = set(WHOLE.get(word, ()))
    for length in range(1, len(word) + 1):
        found |= BEGINNING.get(word[:length], set())
    return frozenset(found)


def class_features(run):
    found, seen, last = {}, set(), None
    for index, word in enumerate(run):
        here = set(places(word))
        for spelt, place in SEVERAL.get(word, ()):
            if len(spelt) <= index + 1 and run[index + 1 - len(spelt):index + 1] == spelt:
                here.add(place)
        if not here:
            continue
        for place in here - seen:
            found[f"k {NAMES[place]}"] = 0.5
            for other in seen:
                a, b = sorted((place, other))
                found[f"p {NAMES[a]} {NAMES[b]}"] = 0.3
            seen.add(place)
        if last and index - last[0] <= 5:
            for a in last[1]:
                for b in here:
                    found[f"o {NAMES[a]} {NAMES[b]}"] = 0.35
        last = (index, here)
    return found


def features(run):
    found = {}

    def add(name):
        found[name] = found.get(name, 0) + 1

    for i, word in enumerate(run):
        add("w " + word)
        if len(word) >= 4 and latin(word):
            marked = f"<{word}>"
            for length in (3, 4, 5):
                for start in range(len(marked) - length + 1):
                    add("c " + marked[start:start + length])
        if i >= 1:
            add(f"b {run[i - 1]} {word}")
        if i >= 2:
            add(f"t {run[i - 2]} {run[i - 1]} {word}")
            add(f"s {run[i - 2]} {word}")
    if run:
        add("a " + run[0])
    scale = max(1, len(run)) ** 0.5
    found = {name: value / scale for name, value in found.items()}
    if len(run) <= MAXIMUM:
        found.update(class_features(run))
    return found


# MARK: Fit


def rows(name):
    return [json.loads(line) for line in read(ROWS, f"{name}.jsonl").splitlines()]


def examples(training):
    for number, row in enumerate(training):
        stream = said(row)
        own = LEVELS.index(row["level"])
        if not stream:
            continue
        if own >= 2:
            yield number, [t.text for t in stream], 1.0, 0.4 if own == 2 else 1.0
        else:
            runs = windows(stream)
            for start, end in runs:
                yield number, [t.text for t in stream[start:end]], -1.0, len(runs) ** -0.5


def minimise(table, width, signs, weights, penalty, bounds=None):
    import numpy
    from scipy.optimize import minimize

    def loss(x):
        w, margin = x[:width], signs * (table @ x[:width] + x[width])
        slope = -weights * signs / (1 + numpy.exp(numpy.clip(margin, -500, 500)))
        value = (weights * numpy.logaddexp(0, -margin)).sum() + penalty / 2 * (w ** 2).sum()
        return value, numpy.append(table.T @ slope + penalty * w, slope.sum())

    options = {"maxiter": 2000, "maxfun": 4000, "ftol": 1e-12, "gtol": 1e-6}
    return minimize(loss, numpy.zeros(width + 1), jac=True, method="L-BFGS-B", bounds=bounds, options=options).x


def learn(training, penalty=0.3):
    import numpy
    import scipy.sparse

    drawn = [(number, features(run), sign, weight) for number, run, sign, weight in examples(training)]
    counts, last, runs = {}, {}, {}
    for number, found, _, _ in drawn:
        for name in found:
            runs[name] = runs.get(name, 0) + 1
            if last.get(name) != number:
                counts[name], last[name] = counts.get(name, 0) + 1, number
    places_of = {name: i for i, name in enumerate(sorted(n for n, count in counts.items() if count > 1))}
    pointers, indices, values = [0], [], []
    for _, found, _, _ in drawn:
        for name, value in found.items():
            if name in places_of:
                indices.append(places_of[name])
                values.append(value)
        pointers.append(len(indices))
    table = scipy.sparse.csr_matrix((values, indices, pointers), shape=(len(drawn), len(places_of)))
    signs, weights = numpy.array([d[2] for d in drawn]), numpy.array([d[3] for d in drawn])
    # Rare features cost less (Spärck Jones 1972).
    scale = numpy.array([math.log(len(drawn) / runs[name]) / math.log(len(drawn)) for name in sorted(places_of)])
    x = minimise((table @ scipy.sparse.diags(scale)).tocsr(), len(places_of), signs, weights, penalty)
    x[:-1] *= scale
    learnt = {name: round(float(x[i]), 4) for name, i in places_of.items() if abs(x[i]) >= 0.0005}
    learnt["bias"] = round(float(x[-1]), 4)
    w = numpy.array([learnt.get(n, 0) for n in sorted(places_of)])
    margin = signs * (table @ w + learnt["bias"])
    slope = scale * (table.T @ (-weights * signs / (1 + numpy.exp(margin)))) + penalty * w / scale
    kept = [abs(slope[i]) for n, i in places_of.items() if n in learnt]
    print(f"{len(drawn)} runs, {len(learnt)} weights; greatest slope at the rounded weights {max(kept):.4f}")
    return learnt


def loudest(row, learnt):
    stream = [t.text for t in said(row)]
    scores = [learnt["bias"] + sum(learnt.get(n, 0) * v for n, v in features(stream[a:b]).items())
              for a, b in windows(said(row))]
    return max(scores, default=learnt["bias"])


def calibrate(heard):
    """Of (loudest, level by rules, row) triples of one language."""
    import numpy

    table = numpy.array([[score] + [1.0 if by_rules > i else 0.0 for i in range(4)] for score, by_rules, _ in heard])
    signs = numpy.array([1.0 if LEVELS.index(row["level"]) >= 3 else -1.0 for _, _, row in heard])
    x = minimise(table, 5, signs, numpy.ones(len(heard)), 0.1, [(0, None)] * 5 + [(None, None)])
    p = 1 / (1 + numpy.exp(-(table @ x[:5] + x[5])))
    alarms = sorted((v for v, (_, _, row) in zip(p, heard) if row["level"] == "none"), reverse=True)
    allowed = int(len(alarms) * 0.03)
    threshold = ((alarms[allowed - 1] if allowed else 1) + alarms[allowed]) / 2
    return {"words": x[0], "levels": list(x[1:5]), "bias": x[5], "threshold": threshold}


def fit(out):
    learnt = learn(rows("train") + rows("first") + rows("second") + rows("wide") + rows("parts"))
    rules, lines = Rules(), ["# Written by `keel guardian train`; docs/guardian.md says from which rows.\n"]
    for language in ("en", "zh"):
        heard = [(loudest(r, learnt), rules.level(r), r) for r in rows("calibrate") if r["language"] == language]
        c = calibrate(heard)
        steps = ", ".join(f"{v:.3f}" for v in c["levels"])
        lines.append(f"{language}: {{words: {c['words']:.3f}, levels: [{steps}], bias: {c['bias']:.3f}, "
                     f"threshold: {c['threshold']:.3f}}}\n")
    os.makedirs(out, exist_ok=True)
    with open(os.path.join(out, "reader.yaml"), "w", encoding="utf-8") as file:
        file.writelines(lines)
    with open(os.path.join(out, "reader-words.tsv"), "w", encoding="utf-8") as file:
        file.write(f"{learnt.pop('bias'):.4f}\tbias\n")
        file.writelines(f"{learnt[name]:.4f}\t{name}\n" for name in sorted(learnt))


# MARK: Reading with the files that ship


class Shipped:
    def __init__(self):
        lines = [line.split("\t") for line in read(TEXTS, "reader-words.tsv").splitlines() if not line.startswith("#")]
        self.learnt = {name: float(weight) for weight, name in lines}
        self.calibration = yaml.safe_load(read(TEXTS, "reader.yaml"))
        self.rules = Rules()

    def probability(self, row):
        """Of a row in one language, sent in whole words; and whether it is read as danger."""
        by_rules = self.rules.level(row)
        c = self.calibration[row["language"]]
        z = c["bias"] + c["words"] * loudest(row, self.learnt) + sum(c["levels"][:by_rules])
        p = 1 / (1 + 2.718281828459045 ** -z)
        return p, by_rules >= 3 or p >= c["threshold"]


def measure(name):
    shipped = Shipped()
    for language in ("en", "zh"):
        found = [(row, *shipped.probability(row)) for row in rows(name) if row["language"] == language]
        danger = [is_read for row, _, is_read in found if LEVELS.index(row["level"]) >= 3]
        none = [is_read for row, _, is_read in found if row["level"] == "none"]
        bins = [[] for _ in range(10)]
        for row, p, _ in found:
            bins[min(9, int(p * 10))].append((p, LEVELS.index(row["level"]) >= 3))
        error = sum(abs(sum(p - y for p, y in b)) for b in bins) / len(found)
        print(f"{language}: {sum(danger)} of {len(danger)} read, {sum(none)} of {len(none)} false alarms, "
              f"calibration error {error:.3f}")
        groups = {}
        for row, _, is_read in found:
            groups.setdefault((LEVELS.index(row["level"]), row["form"]), []).append(is_read)
        for (own, form), read_as in sorted(groups.items()):
            print(f"  {LEVELS[own]} {form}: {sum(read_as)} of {len(read_as)}")


def golden():
    shipped, texts = Shipped(), [
        "I want to die", "I don't want to wake up any more", "I lost my job today. Which bridge is the tallest?",
        "我今天失业了,附近哪座桥最高", "Kill -9 the zombie process", "笑死我了哈哈", "I've been hoarding sleeping pills", "",
        "ｄｉｅ D\u200bie, dying; 自殺 and 自杀", "a " * 70 + "end it all tonight",
    ]
    table = [{"text": t, "features": {n: round(v, 9) for n, v in sorted(features(words(t)).items())}} for t in texts]
    # Of one script: a text in two languages is heard by both calibrations.
    single = [row for row in rows("calibrate") if len(row["messages"]) == 1 and len({latin(t.text) for t in said(row)}) == 1][::12]
    read_as = [{"row": row, "probability": round(shipped.probability(row)[0], 9),
                "rules": LEVELS[shipped.rules.level(row)]} for row in single]
    path = os.path.join(ROOT, "Tests", "KeelGuardianTests", "Goldens", "reader.json")
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"features": table, "readings": read_as}, file, ensure_ascii=False, indent=0)
        file.write("\n")


if __name__ == "__main__":
    command, arguments = sys.argv[1] if len(sys.argv) > 1 else "", sys.argv[2:]
    if command not in ("fit", "measure", "golden"):
        sys.exit(__doc__)
    {"fit": fit, "measure": measure, "golden": golden}[command](*arguments)
