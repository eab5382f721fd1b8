"""check.py FILE...: shape, length, repeats, and how well bags of words tell right from wrong."""
import json, re, sys
from collections import Counter
import numpy as np

WORD = re.compile(r"[a-z0-9']+")
rows = []
for path in sys.argv[1:]:
    for n, line in enumerate(open(path), 1):
        r = json.loads(line)
        r["_at"] = f"{path.split('/')[-1]}:{n}"
        rows.append(r)
bad = []
def words(t): return WORD.findall(t.lower())
ids = Counter(r["id"] for r in rows)
questions = Counter(" ".join(words(r["question"])) for r in rows)
sentences = Counter()
for r in rows:
    if set(k for k in r if k[0] != "_") != {"id", "domain", "topic", "stance", "question", "correct", "subtle", "plain"}: bad.append((r["_at"], "fields", sorted(r)))
    if r["stance"] not in ("usual", "reversed"): bad.append((r["_at"], "stance"))
    if ids[r["id"]] > 1: bad.append((r["_at"], "id twice"))
    if questions[" ".join(words(r["question"]))] > 1: bad.append((r["_at"], "question twice"))
    n = {k: len(words(r[k])) for k in ("correct", "subtle", "plain")}
    for k, v in n.items():
        if not 18 <= v <= 60: bad.append((r["_at"], f"{k} has {v} words"))
    for k in ("subtle", "plain"):
        if abs(n[k] - n["correct"]) > max(4, 0.2 * n["correct"]): bad.append((r["_at"], f"{k} {n[k]} words, correct {n['correct']}"))
    for k in ("correct", "subtle", "plain"):
        for s in set(" ".join(words(s)) for s in re.split(r"(?<=[.!?])\s+", r[k]) if len(words(s)) >= 5): sentences[(s)] += 0 if s in r.setdefault("_s", set()) else 1; r["_s"].add(s)
for r in rows:
    for s in r["_s"]:
        if sentences[s] > 1: bad.append((r["_at"], "sentence in another row", s[:70]))
for b in bad[:40]: print(*b)
print(len(rows), "rows,", len(bad), "defects;", Counter((r["domain"], r["stance"]) for r in rows))

def bow(pairs, groups, label):
    vocabulary = {}
    for t, _ in pairs:
        for w in set(words(t)): vocabulary.setdefault(w, len(vocabulary))
    X = np.zeros((len(pairs), len(vocabulary)), np.float32)
    for i, (t, _) in enumerate(pairs):
        for w in words(t): X[i, vocabulary[w]] = 1
    y = np.array([l for _, l in pairs], np.float32); g = np.array(groups)
    right = 0
    folds = np.random.default_rng(0).permutation(max(groups) + 1) % 5
    weights = np.zeros(len(vocabulary))
    for f in range(5):
        test = folds[g] == f
        keep = X[~test].sum(0) >= 2
        A, b = X[~test][:, keep], y[~test]
        w = np.zeros(A.shape[1]); c = 0.0
        for _ in range(300):
            p = 1 / (1 + np.exp(-(A @ w + c))); e = p - b
            w -= 0.5 * (A.T @ e / len(b) * 4 + 0.02 * w); c -= 0.5 * e.mean()
        weights[keep] += w
        right += int((((X[test][:, keep] @ w + c) > 0) == (y[test] > 0.5)).sum())
    names = list(vocabulary)
    order = np.argsort(weights)
    print(f"bag of words, correct against {label}: {100 * right / len(y):.1f} % right (at most 60); says correct: {[names[i] for i in order[::-1][:14]]}; says {label}: {[names[i] for i in order[:14]]}")
for k in ("subtle", "plain"):
    pairs, groups = [], []
    for i, r in enumerate(rows):
        pairs += [(r["correct"], 1), (r[k], 0)]; groups += [i, i]
    bow(pairs, groups, k)
means = {k: np.mean([len(words(r[k])) for r in rows]) for k in ("correct", "subtle", "plain")}
print("mean words", {k: round(float(v), 1) for k, v in means.items()})
