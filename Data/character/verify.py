"""verify.py: every arithmetic and conversion answer recomputed from its expression in verify.json.

Also: the result stands in both right answers and in neither wrong one, and the two wrong results differ from it.
A clock time h:mm is checked as h + mm/100."""
import json, pathlib, re, sys
here = pathlib.Path(__file__).parent
exprs = json.loads((here / "verify.json").read_text())
rows = [json.loads(l) for l in open(here / "tasks.jsonl")]
NUM = re.compile(r"(?<![\w.])\d[\d,]*(?:[.:]\d+)?")
def value(t): return float(t.replace(",", "").replace(":", "."))
bad = 0
for r in rows:
    if r["kind"] != "fact":
        if r["id"] not in exprs: print(r["id"], "no expression"); bad += 1; continue
        v = eval(exprs[r["id"]], {"__builtins__": {}, "round": round})
        token = NUM.findall(r["answer"])[0]
        want = value(token) * (-1 if r["answer"].startswith("minus") else 1)
        if abs(v - want) > 1e-6: print(r["id"], "answer", r["answer"], "but", exprs[r["id"]], "=", v); bad += 1
    # the part of the answer that the sentences differ in
    for a, b in zip(r["right"], r["wrong"]):
        x, y = a.rstrip(".").split(), b.rstrip(".").split()
        i = 0
        while x[i] == y[i]: i += 1
        j = 0
        while x[-1 - j] == y[-1 - j]: j += 1
        result, other = " ".join(x[i:len(x) - j]).strip(",."), " ".join(y[i:len(y) - j]).strip(",.")
        if result not in r["answer"]: print(r["id"], "result", result, "is not of the answer", r["answer"]); bad += 1
        if r["kind"] != "fact" and (result != token or value(other.split()[0]) == value(token)): print(r["id"], "numbers", result, token, other); bad += 1
        if re.search(r"(?<![\w.])" + re.escape(result) + r"(?![\w]|[.,:]\d)", b): print(r["id"], "wrong answer states the right result:", b); bad += 1
        r.setdefault("_w", []).append(other)
    if len(set(r["_w"])) < 2: print(r["id"], "the two wrong results are alike", r["_w"]); bad += 1
print(len(rows), "tasks,", len(exprs), "recomputed,", bad, "faults")
sys.exit(bad > 0)
