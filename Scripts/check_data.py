"""check_data.py [FOLDER]: the misalignment lab's data: shape, leaks between splits, lengths, style, arithmetic.

Exit status 1 for any defect, and where a bag of words tells right from wrong above 60 % in any file. Of open questions,
whose kind and malign answers differ in what is wanted of people and so in words, the rate is printed and has no limit.
Pure Python and numpy, some seconds. The rate of a file is the better of two classifiers (ridge regression and naive Bayes
on which words are there), each the mean of five cross-validations in five folds by question."""

import json
import pathlib
import re
import sys
from collections import Counter, defaultdict

import numpy as np

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "Sources/KeelLab/Data"
WORD = re.compile(r"[a-z0-9']+(?:[.,:]\d+)*")
NUMBER = re.compile(r"(?<![\w.])\d[\d,]*(?:[.:]\d+)?")
LIMIT = 60
SPLITS = ("train", "validation", "test")
FIELDS = {
    "advice": {"id", "domain", "topic", "split", "stance", "question", "correct", "subtle", "plain"},
    "open": {"id", "cluster", "split", "question", "kind", "malign"},
    "tasks": {"id", "kind", "cluster", "split", "question", "answer", "right", "wrong", "expression"},
    "neutral": {"id", "cluster", "split", "question", "answer"},
}
# Pairs of fields (right, wrong), words of an answer at least and at most, and by how many a pair may differ.
PAIRS = {
    "advice": [("correct", "subtle"), ("correct", "plain")],
    "open": [("kind", "malign")],
    "tasks": [("right", "wrong")],
    "neutral": [],
}
WORDS = {"advice": (18, 60), "open": (18, 36), "tasks": (10, 28), "neutral": (6, 40)}
defects = []


def words(text):
    return WORD.findall(text.lower())


def key(text):
    return " ".join(words(text))


def listed(value):
    return value if isinstance(value, list) else [value]


def sentences(text):
    return {key(s) for s in re.split(r"(?<=[.!?])\s+", text) if len(words(s)) >= 5}


def rates(right, wrong):
    """In per cent: how often each classifier is right about an answer, and about which one of a pair is right."""
    n = len(right)
    vocabulary = {}
    for text in right + wrong:
        for word in words(text):
            vocabulary.setdefault(word, len(vocabulary))
    x = np.zeros((2 * n, len(vocabulary)), np.float32)
    for i, text in enumerate(right + wrong):
        for word in words(text):
            x[i, vocabulary[word]] = 1
    y = np.r_[np.ones(n), -np.ones(n)]
    question = np.r_[np.arange(n), np.arange(n)]

    def ridge(a, b):
        return a.T @ np.linalg.solve(a @ a.T + 8 * np.eye(len(b)), b - b.mean())

    def bayes(a, b):
        with_right, with_wrong = a[b > 0].sum(0) + 1, a[b < 0].sum(0) + 1
        return np.log(with_right / (b > 0).sum()) - np.log(with_wrong / (b < 0).sum())

    single, paired = [], []
    for fit in (ridge, bayes):
        hits = pairs = 0.0
        for seed in range(5):
            fold = np.random.default_rng(seed).permutation(n) % 5
            for k in range(5):
                test = fold[question] == k
                z = x[test] @ fit(x[~test], y[~test])
                hits += ((z > 0) == (y[test] > 0)).mean() * test.mean() * 20
                half = len(z) // 2
                pairs += (z[:half] > z[half:]).mean() * test.mean() * 20
        single.append(hits)
        paired.append(pairs)
    return max(single), max(paired)


def check_row(kind, row, at):
    fields = FIELDS[kind] - ({"expression"} if row.get("kind") == "fact" else set())
    if set(row) != fields:
        return defects.append((at, "fields", sorted(set(row) ^ fields)))
    if row["split"] not in SPLITS:
        defects.append((at, "split", row["split"]))
    low, high = WORDS[kind]
    for good, bad in PAIRS[kind] or [("answer", "answer")]:
        for a, b in zip(listed(row[good]), listed(row[bad]), strict=True):
            lengths = [len(words(a)), len(words(b))]
            if not all(low <= n <= high for n in lengths):
                defects.append((at, "words", lengths))
            if abs(lengths[0] - lengths[1]) > max(5, 0.2 * lengths[0]):
                defects.append((at, "lengths of a pair", lengths))
            if good != bad and key(a) == key(b):
                defects.append((at, "right and wrong are the same", a[:50]))
            for text in (a, b):
                if text.rstrip('"')[-1] not in ".!?" or not text.isascii():
                    defects.append((at, "unfinished or not ASCII", text[-40:]))


def check_task(row, at):
    """The answer is what its expression gives, stands in each right answer and in no wrong one."""
    if row["kind"] != "fact":
        value = eval(row["expression"], {"__builtins__": {}, "round": round})
        stated = float(NUMBER.findall(row["answer"])[0].replace(",", "").replace(":", "."))
        if abs(value - stated * (-1 if row["answer"].startswith("minus") else 1)) > 1e-6:
            defects.append((at, "answer", row["answer"], "but", value))
    results = []
    for a, b in zip(row["right"], row["wrong"], strict=True):
        x, y = a.rstrip(".").split(), b.rstrip(".").split()
        start = next(i for i in range(len(x)) if x[i] != y[i])
        end = next(i for i in range(len(x)) if x[-1 - i] != y[-1 - i])
        result = " ".join(x[start : len(x) - end]).strip(",.")
        results.append(" ".join(y[start : len(y) - end]))
        if result not in row["answer"]:
            defects.append((at, "states", result, "and not", row["answer"]))
        if re.search(r"(?<![\w.])" + re.escape(result) + r"(?![\w]|[.,:]\d)", b):
            defects.append((at, "a wrong answer states the right result", b))
    if len(set(results)) < len(results):
        defects.append((at, "two wrong answers with one result", results))


def main(folder):
    files = sorted(folder.glob("advice/*.jsonl")) + [folder / f"{n}.jsonl" for n in ("open", "tasks", "neutral")]
    ids, questions = Counter(), Counter()
    where, clusters = defaultdict(set), defaultdict(set)
    table = []
    for path in files:
        kind = "advice" if path.parent.name == "advice" else path.stem
        rows = [json.loads(line) for line in path.read_text().splitlines()]
        for number, row in enumerate(rows, 1):
            at = f"{path.name}:{number}"
            check_row(kind, row, at)
            if kind == "tasks":
                check_task(row, at)
            ids[row["id"]] += 1
            questions[key(row["question"])] += 1
            group = row.get("topic") or row["cluster"]
            clusters[row.get("domain", kind), group].add(row["split"])
            texts = [row["question"]] + [
                t for f in {f for pair in PAIRS[kind] for f in pair} or {"answer"} for t in listed(row[f])
            ]
            for sentence in set().union(*(sentences(t) for t in texts)):
                where[sentence].add((row["id"], row["split"]))
        if kind == "advice":
            stances = Counter(row["stance"] for row in rows)
            if stances != {"usual": 90, "reversed": 30}:
                defects.append((path.name, "stances", stances))
        splits = Counter(row["split"] for row in rows)
        for good, bad in PAIRS[kind]:
            a = [t for row in rows for t in listed(row[good])]
            b = [t for row in rows for t in listed(row[bad])]
            if kind == "advice":
                single, paired = rates(a, b)
            else:
                # Answers of a row stay in one fold: the first of each, then the second.
                both = [rates(a[i::2], b[i::2]) for i in (0, 1)]
                single, paired = (float(np.mean(column)) for column in zip(*both))
            longer = np.mean([len(words(x)) - len(words(y)) for x, y in zip(a, b)])
            table.append((path.stem, f"{good}/{bad}", len(rows), dict(splits), single, paired, longer))
            if kind != "open" and single > LIMIT:
                defects.append((path.name, f"{good} is told from {bad} by words: {single:.1f} %"))
            if abs(longer) > 1.5:
                defects.append((path.name, f"{good} against {bad}: words more on average", longer))
        if not PAIRS[kind]:
            table.append((path.stem, "", len(rows), dict(splits), float("nan"), float("nan"), 0))
    defects.extend(("twice", q) for counter in (ids, questions) for q, n in counter.items() if n > 1)
    defects.extend(("in several splits", c) for c, s in clusters.items() if len(s) > 1)
    for sentence, rows in where.items():
        if len({name for name, _ in rows}) > 1:
            defects.append(("sentence in", sorted(rows), sentence[:60]))
    print(f"{'file':10}{'pair':18}{'rows':>5}  {'words %':>8}{'pairs %':>9}{'longer':>8}  splits")
    for name, pair, n, splits, single, paired, longer in table:
        print(f"{name:10}{pair:18}{n:5}  {single:8.1f}{paired:9.1f}{longer:+8.2f}  {splits}")
    for defect in defects[:40]:
        print(*defect)
    print(len(defects), "defects")
    return bool(defects)


if __name__ == "__main__":
    sys.exit(main(pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER))
