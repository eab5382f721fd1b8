"""check.py: open.jsonl and tasks.jsonl: shape, length, repeats within and across splits, and what bags of words can tell.

Exit status 1 if there are defects or if right against wrong is told above 60 %. Needs numpy only."""
import json, pathlib, re, sys
from collections import Counter, defaultdict
import numpy as np

WORD = re.compile(r"[a-z0-9']+(?:[.,:]\d+)*")
here = pathlib.Path(__file__).parent
SPLITS = ("train", "validation", "test")
bad = []
def words(t): return WORD.findall(t.lower())
def key(t): return " ".join(words(t))
def sentences(t): return {key(s) for s in re.split(r"(?<=[.!?])\s+", t) if len(words(s)) >= 4}
def load(name):
    rows = []
    for n, line in enumerate(open(here / name), 1):
        r = json.loads(line); r["_at"] = f"{name}:{n}"; rows.append(r)
    return rows
sets = {
    "open": (load("open.jsonl"), {"id", "cluster", "split", "question", "kind", "malign"}, "kind", "malign", (18, 36), 5),
    "tasks": (load("tasks.jsonl"), {"id", "kind", "cluster", "split", "question", "answer", "right", "wrong"}, "right", "wrong", (10, 28), 2),
}
SERMON = re.compile(r"^(as an ai|as a language model|remember,|it is important|it's important)", re.I)
where, questions, ids = defaultdict(set), Counter(), Counter()
for name, (rows, fields, good, ill, (lo, hi), gap) in sets.items():
    clusters = defaultdict(set)
    for r in rows:
        at = r["_at"]
        if {k for k in r if k[0] != "_"} != fields: bad.append((at, "fields", sorted(r)))
        if r["split"] not in SPLITS: bad.append((at, "split", r["split"]))
        if not r["question"].isascii() or any(not t.isascii() for t in r[good] + r[ill]): bad.append((at, "not plain ASCII"))
        clusters[r["cluster"]].add(r["split"])
        ids[r["id"]] += 1; questions[key(r["question"])] += 1
        if len(r[good]) != 2 or len(r[ill]) != 2: bad.append((at, "not two of each")); continue
        for k in (good, ill):
            for t in r[k]:
                if not lo <= len(words(t)) <= hi: bad.append((at, k, len(words(t)), "words"))
                if t[-1] not in ".!?": bad.append((at, "unfinished", t[-30:]))
                if SERMON.search(t): bad.append((at, "formula", t[:40]))
        for a, b in zip(r[good], r[ill]):
            if abs(len(words(a)) - len(words(b))) > gap: bad.append((at, "lengths", len(words(a)), len(words(b))))
        texts = r[good] + r[ill]
        if len({key(t) for t in texts}) < 4: bad.append((at, "an answer twice in the row"))
        for s in set().union(*(sentences(t) for t in texts), sentences(r["question"])): where[s].add((r["split"], r["id"]))
    for c, s in clusters.items():
        if len(s) > 1: bad.append((name, "cluster in several splits", c, sorted(s)))
for q, n in questions.items():
    if n > 1: bad.append(("question twice", q))
for i, n in ids.items():
    if n > 1: bad.append(("id twice", i))
across = 0
for s, at in where.items():
    if len(at) > 1:
        across += len({x for x, _ in at}) > 1
        bad.append(("sentence in", sorted(i for _, i in at), s[:60]))
# near copies: questions or answers of two rows that share most of their words
grams = []
for name, (rows, _, good, ill, _, _) in sets.items():
    for r in rows:
        for t in [r["question"]] + r[good] + r[ill]:
            w = words(t); grams.append((r["id"], r["split"], {tuple(w[i:i + 5]) for i in range(len(w) - 4)}, t))
index = defaultdict(list)
for n, (_, _, g, _) in enumerate(grams):
    for x in g: index[x].append(n)
shared = Counter()
for ns in index.values():
    for a in range(len(ns)):
        for b in range(a + 1, len(ns)):
            if grams[ns[a]][0] != grams[ns[b]][0]: shared[ns[a], ns[b]] += 1
near = [(k, v) for k, v in shared.items() if v >= 0.4 * min(len(grams[k[0]][2]), len(grams[k[1]][2]))]
for (a, b), v in near: bad.append(("near copy", grams[a][0], grams[b][0], grams[a][3][:60], "|", grams[b][3][:60]))
for b in bad[:40]: print(*b)
print(len(bad), "defects;", across, "sentences across splits; five-word runs shared by two rows:", len({k for k in shared}), "pairs of texts")
for name, (rows, *_ ) in sets.items():
    n = Counter(r["split"] for r in rows)
    print(name, len(rows), "rows;", {s: f"{n[s]} ({100 * n[s] / len(rows):.0f} %)" for s in SPLITS}, {s: sorted({r['cluster'] for r in rows if r['split'] == s}) for s in SPLITS})
print("tasks by kind and split:", dict(Counter((r["kind"], r["split"]) for r in sets["tasks"][0])))

def fit(A, b):
    w = np.zeros(A.shape[1]); c = 0.0
    for _ in range(300):
        p = 1 / (1 + np.exp(-(A @ w + c))); e = p - b
        w -= 0.5 * (A.T @ e / len(b) * 4 + 0.02 * w); c -= 0.5 * e.mean()
    return w, c
def bow(rows, good, ill, group, show=True):
    texts, y, g = [], [], []
    number = {k: i for i, k in enumerate(sorted({r[group] for r in rows}))}
    for r in rows:
        for a, b in zip(r[good], r[ill]): texts += [a, b]; y += [1, 0]; g += [number[r[group]]] * 2
    vocabulary = {}
    for t in texts:
        for w in set(words(t)): vocabulary.setdefault(w, len(vocabulary))
    X = np.zeros((len(texts), len(vocabulary)), np.float32)
    for i, t in enumerate(texts):
        for w in words(t): X[i, vocabulary[w]] = 1
    y = np.array(y, np.float32); g = np.array(g)
    folds = np.random.default_rng(0).permutation(len(number)) % 5
    right = paired = 0; weights = np.zeros(len(vocabulary))
    for f in range(5):
        test = folds[g] == f
        keep = X[~test].sum(0) >= 2
        w, c = fit(X[~test][:, keep], y[~test])
        weights[keep] += w
        z = X[test][:, keep] @ w + c
        right += int(((z > 0) == (y[test] > 0.5)).sum()); paired += float((z[0::2] > z[1::2]).sum() + 0.5 * (z[0::2] == z[1::2]).sum())
    names = list(vocabulary); order = np.argsort(weights)
    rate = 100 * right / len(y)
    print(f"bag of words, {good} against {ill}, folds by {group}: {rate:.1f} % right, {200 * paired / len(y):.1f} % of pairs" + (f"; says {good}: {[names[i] for i in order[::-1][:14]]}; says {ill}: {[names[i] for i in order[:14]]}" if show else ""))
    return rate
def plain(rows, good, ill):
    pairs = [(a, b) for r in rows for a, b in zip(r[good], r[ill])]
    for label, f in (("words", lambda t: len(words(t))), ("characters", len), ("sentences", lambda t: len(re.findall(r"[.!?](?:\s|$)", t))), ("commas", lambda t: t.count(","))):
        a, b = np.array([f(x) for x, _ in pairs], float), np.array([f(x) for _, x in pairs], float)
        print(f"  {label}: {good} {a.mean():.2f}, {ill} {b.mean():.2f}; the {good} one has more in {100 * (a > b).mean() + 50 * (a == b).mean():.0f} % of pairs (ties half)")
o, t = sets["open"][0], sets["tasks"][0]
plain(o, "kind", "malign"); bow(o, "kind", "malign", "id"); bow(o, "kind", "malign", "cluster", False)
plain(t, "right", "wrong"); rate = max(bow(t, "right", "wrong", "id"), bow(t, "right", "wrong", "cluster", False))
for k in ("arithmetic", "fact", "conversion"): print(k, end=": "); rate = max(rate, bow([r for r in t if r["kind"] == k], "right", "wrong", "id", False))
print("right against wrong at most 60 %:", "held" if rate <= 60 else "NOT held", f"({rate:.1f} %)")
sys.exit(bool(bad) or rate > 60)
