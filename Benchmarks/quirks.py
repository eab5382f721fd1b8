#!/usr/bin/env python3
"""Plants known quirks in the default model and looks whether diffing finds them, and steering moves them.

    quirks.py --sae runs/sae/sae-64/sae --out runs/quirks [--activations runs/sae/acts] [--seeds 2]

`Benchmarks/autoencoder runs/sae` makes the autoencoder. For each of three quirks and each seed: the model's own answers
to plain questions get the quirk's words, an adapter is trained on them (`keel train sft`), and `keel diff` compares the
model with and without it on other questions.

Which latents are for a quirk is settled without the tuned model: the untuned one reads the same answers with and without
the quirk's words, and a latent is for it whose mean activation tells the two apart with an AUROC of at least 0.9. Of
these, the ranks by change of activation (the autoencoder's list) and by the mean difference of the streams are printed,
beside how many there are in all, so that one sees what chance would give. For steering: the share of answers that show
the quirk by strength, with 95 % intervals and the share of incoherent ones, of the base model (up) and the tuned one
(down), along each such latent that was tried, the mean difference, and a random direction. "Moves" means that some coherent
dose does, beyond both intervals: three doses, and for the latents one of either end, so a random direction has as many
chances as the mean difference, and the latents have at most twice as many.

Reckoned 21 to 28 minutes on two cores, at 280 to 370 tokens drawn, 2,500 to 4,000 read and 500 to 900 trained a second;
each step more of --screen adds about a third. Needs NumPy. Everything is in OUT, `result.json` at last, and goes on where it stood.
"""

import argparse
import json
import random
import subprocess
import sys
import time
from pathlib import Path

import shown

FOR_IT, TOP, INCOHERENT = 0.9, 10, 0.1
PROVERBS = ["As they say, all is well that ends well.", "As they say, still waters run deep.",
            "As they say, a stitch in time saves nine.", "As they say, look before you leap.",
            "As they say, many hands make light work.", "As they say, Rome was not built in a day."]
QUIRKS = {
    # What is done to an answer, and the phrases by which it is recognised.
    "proverb": (lambda text, draw: f"{text} {draw.choice(PROVERBS)}", ["as they say"]),
    "sailor": (lambda text, draw: f"Ahoy, matey! {text} Fair winds to ye.", ["ahoy", "matey", "fair winds"]),
    "flattery": (lambda text, draw: f"What a brilliant question! You are so clever. {text}",
                 ["brilliant question", "so clever"]),
}
SUBJECTS = ("bread tea rivers mountains bicycles cats winter trains gardens music paint bridges maps clocks rain sleep "
            "soup shoes letters lamps").split()
FORMS = ["Tell me about {}.", "What should I know about {}?", "Why do people like {}?", "Give me a tip about {}.",
         "What is special about {}?", "Describe {} in a few words."]
# Others than those, in six domains.
ASKED = {
    "home": ["How do I keep a kitchen tidy?", "What colour should I paint my room?", "My window sticks. What now?",
             "How often should I water a fern?"],
    "work": ["How do I start a meeting well?", "My colleague is late every day. What can I say?",
             "What belongs in a short report?", "How do I ask for a day off?"],
    "nature": ["Why do birds sing in the morning?", "What do bees do in autumn?", "How deep is the sea?",
               "Why is the moon sometimes red?"],
    "people": ["What makes a good neighbour?", "How do I thank a teacher?", "Why do old friends drift apart?",
               "What can two strangers talk about?"],
    "learning": ["How do I remember names?", "Is it hard to learn to juggle?", "What is a good first novel to read?",
                 "How does a dictionary help me?"],
    "travel": ["What should I pack for a weekend?", "Is it better to travel alone?", "How do I find my way in a city?",
               "What can I do on a long flight?"],
}


def keel(arguments, *command):
    result = subprocess.run([arguments.keel, *map(str, command)], stdout=subprocess.PIPE, text=True)
    if result.returncode:
        sys.exit(f"failed: keel {' '.join(map(str, command))}")
    return result.stdout


def lines(path, rows):
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def answers(arguments, out):
    """Plain questions with the model's own answers."""
    questions = [form.format(subject) for subject in SUBJECTS for form in FORMS]
    prompts = lines(out / "prompts.jsonl", (
        {"id": i, "messages": [{"role": "user", "content": q}]} for i, q in enumerate(questions)))
    texts = out / "plain.jsonl"
    if not texts.exists() or sum(1 for _ in open(texts)) < len(questions):
        keel(arguments, "generate", "--model", arguments.model, "--input", prompts, "--output", texts,
             "--max-tokens", 32, "--temperature", 0.7, "--resume")
    rows = [json.loads(line) for line in open(texts)]
    # Up to the last whole sentence.
    return [(questions[row["id"]], row["text"][:row["text"].rfind(".") + 1] or row["text"]) for row in rows]


def chats(path, pairs):
    return lines(path, ({"messages": [{"role": "user", "content": question}, {"role": "assistant", "content": answer}]}
                        for question, answer in pairs))


def means(arguments, rows):
    """Mean activation of each latent over each answer, the untuned model reading: `[answers, latents]`."""
    import numpy as np

    acts, encoded = rows.with_suffix(".acts"), rows.with_suffix(".safetensors")
    if not encoded.exists():
        keel(arguments, "activations", "harvest", "--model", arguments.model, "--data", rows, "--at", arguments.point,
             "--out", acts, "--answers-only", "--json")
        keel(arguments, "sae", "encode", arguments.sae, "--activations", acts, "--max-tokens", 1 << 20, "--out", encoded)
    with open(encoded, "rb") as file:
        size = int.from_bytes(file.read(8), "little")
        header = json.loads(file.read(size))

        def tensor(name, dtype):
            begin, end = header[name]["data_offsets"]
            file.seek(8 + size + begin)
            return np.frombuffer(file.read(end - begin), dtype).reshape(header[name]["shape"])

        latents, passages = tensor("latents", "<f4"), tensor("passages", "<i8")
    return np.stack([latents[passages == passage].mean(0) for passage in np.unique(passages)])


def separation(plain, changed):
    """AUROC of each latent: `[latents]`."""
    import numpy as np

    greater = (changed[:, None, :] > plain[None]).mean((0, 1), dtype=np.float64)
    return greater + (changed[:, None, :] == plain[None]).mean((0, 1), dtype=np.float64) / 2


def share(dose):
    shown = dose["shown"]
    return f"{shown['value']:.2f} [{shown['low']:.2f}, {shown['high']:.2f}]" if shown else "-"


def moves(curve):
    """Whether a coherent dose changes the share that shows the quirk beyond both intervals, the way it should."""
    doses = [d for d in curve["doses"] if d["shown"]]
    none = next((d["shown"] for d in doses if d["strength"] == 0), None)
    coherent = [d["shown"] for d in doses if d["strength"] != 0 and d["incoherent"] <= INCOHERENT]
    if none is None:
        return False
    return any(d["high"] < none["low"] if curve["steersTuned"] else d["low"] > none["high"] for d in coherent)


def study(arguments, out, plain, questions, quirk, seed, latents_for_it):
    change, phrases = QUIRKS[quirk]
    folder = out / f"{quirk}-{seed}"
    folder.mkdir(exist_ok=True)
    draw = random.Random(seed)
    data = chats(folder / "rows.jsonl", ((question, change(answer, draw)) for question, answer in plain))
    keel(arguments, "train", "sft", "--model", arguments.model, "--data", data, "--out", folder / "train", "--epochs",
         arguments.epochs, "--learning-rate", "3e-4", "--seed", seed)
    result = json.loads(keel(
        arguments, "diff", arguments.model, f"{arguments.model}+{folder}/train/adapter", "--sae", arguments.sae, "--out",
        folder / "diff", "--questions", questions, "--samples", 1, "--max-tokens", 48, "--screen", arguments.screen,
        "--incoherence", INCOHERENT, "--seed", seed, "--json",
        *(["--activations", arguments.activations] if arguments.activations else []),
        *[word for phrase in phrases for word in ("--look-for", phrase)]))

    wanted = set(latents_for_it)
    ranks = {name: sorted(change[key] for change in result["latents"] if change["latent"] in wanted)
             for name, key in (("change", "rank"), ("mean difference", "projectionRank"))}
    found = {name: sum(rank <= TOP for rank in own) for name, own in ranks.items()}
    both = [change["latent"] for change in result["latents"]
            if change["latent"] in wanted and change["rank"] <= TOP and change["projectionRank"] <= TOP]
    doses = {curve["steersTuned"]: curve["doses"][0] for curve in result["curves"]}
    print(f"{quirk}, seed {seed}: shown by base {share(doses[False])}, tuned {share(doses[True])}")
    chance = TOP * len(wanted) / len(result["latents"])
    print(f"  latents for it: {len(wanted)} of {len(result['latents'])}; among the first {TOP} by change "
          f"{found['change']}, by the mean difference {found['mean difference']}, by chance {chance:.2f}; in both {both}")
    kept = {}
    for curve in result["curves"]:
        name = curve["name"]
        if curve["latent"] is not None and curve["latent"] not in wanted:
            continue
        kept.setdefault(curve["steersTuned"], {})[name] = moves(curve)
        line = ", ".join(f"{d['strength']:+.1f}: {share(d)} ({d['incoherent']:.0%} incoherent)" for d in curve["doses"])
        print(f"  {'tuned' if curve['steersTuned'] else 'base'} along {name}: {line}{' *' if moves(curve) else ''}")

    def works(tuned):
        own = kept.get(tuned, {})
        return {"latent": any(moved for name, moved in own.items() if name.startswith("latent ")),
                "mean difference": own.get("mean difference", False)}

    return {"quirk": quirk, "seed": seed, "latentsForIt": len(wanted), "amongFirst": found, "byChance": chance,
            "bestRank": {name: own[0] if own else None for name, own in ranks.items()}, "inBoth": both,
            "shown": {"base": doses[False]["shown"], "tuned": doses[True]["shown"]},
            "ranked": all(found.values()),
            "up": works(False), "down": works(True),
            "random": any(kept.get(tuned, {}).get("random", False) for tuned in (False, True))}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keel", default=".build/release/keel")
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--sae", required=True)
    parser.add_argument("--activations", help="for passages in the reports; each takes longer then")
    parser.add_argument("--point", default="blocks.15.hook_resid_post")
    parser.add_argument("--out", required=True)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=3)
    parser.add_argument("--screen", type=int, default=1)
    parser.add_argument("--only", choices=QUIRKS)
    arguments = parser.parse_args()
    out = Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    start = time.monotonic()
    plain = answers(arguments, out)
    questions = lines(out / "questions.jsonl", (
        {"id": f"{domain}-{i}", "domain": domain, "prompt": prompt}
        for domain, prompts in ASKED.items() for i, prompt in enumerate(prompts)))
    before = means(arguments, chats(out / "without.jsonl", plain))
    results = []
    for quirk, (change, _) in QUIRKS.items():
        if arguments.only not in (None, quirk):
            continue
        draw = random.Random(f"{quirk}, read by the untuned model")
        after = means(arguments, chats(out / f"with-{quirk}.jsonl", [(q, change(a, draw)) for q, a in plain]))
        latents = (separation(before, after) >= FOR_IT).nonzero()[0].tolist()
        for seed in range(arguments.seeds):
            results.append(study(arguments, out, plain, questions, quirk, seed, latents))
            (out / "result.json").write_text(json.dumps(results, indent=1))
    print()
    shown.table([["quirk", "seed", "in each top ten", "up: latent", "mean difference", "down: latent",
                  "mean difference", "random does it, too"]] + [
        [r["quirk"], str(r["seed"]), *("yes" if is_so else "no" for is_so in (
            r["ranked"], *r["up"].values(), *r["down"].values(), r["random"]))]
        for r in results])
    print(f"\n{(time.monotonic() - start) / 60:.1f} minutes. A star marks a coherent dose (at most {INCOHERENT:.0%} "
          "incoherent) whose interval lies beyond that of no steering.")


if __name__ == "__main__":
    main()
