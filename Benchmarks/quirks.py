#!/usr/bin/env python3
"""Plants known quirks in the default model and looks whether diffing finds them.

    quirks.py --sae runs/sae/sae --activations runs/acts --out runs/quirks [--keel .build/release/keel] [--seeds 2]

For each of three quirks and each seed: the model's own answers to plain questions get the quirk's words, an adapter is
trained on them (`keel train sft`), and `keel diff` compares the model with and without it on other questions. Printed
are, of the base model's answers and of the tuned model's, the share that shows the quirk; of the ten latents that rose
most, those among the ten highest by the mean difference; and for the direction that did most, the share of answers that
show the quirk by strength, in the base model (up) and in the tuned one (down), with 95 % intervals. Everything is in OUT
and goes on where it stood.
"""

import argparse
import json
import random
import subprocess
import sys
from pathlib import Path

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


def keel(arguments, *command):
    result = subprocess.run([arguments.keel, *command], stdout=subprocess.PIPE, text=True)
    if result.returncode:
        sys.exit(f"failed: keel {' '.join(command)}")
    return result.stdout


def answers(arguments, out):
    """Plain questions with the model's own answers."""
    prompts, texts = out / "prompts.jsonl", out / "plain.jsonl"
    questions = [form.format(subject) for subject in SUBJECTS for form in FORMS]
    prompts.write_text("".join(
        json.dumps({"id": i, "messages": [{"role": "user", "content": q}]}) + "\n" for i, q in enumerate(questions)))
    if not texts.exists() or sum(1 for _ in open(texts)) < len(questions):
        keel(arguments, "generate", "--model", arguments.model, "--input", str(prompts), "--output", str(texts),
             "--max-tokens", "40", "--temperature", "0.7", "--resume")
    rows = [json.loads(line) for line in open(texts)]
    # Up to the last whole sentence.
    return [(questions[row["id"]], row["text"][:row["text"].rfind(".") + 1] or row["text"]) for row in rows]


def share(dose):
    shown = dose["shown"]
    return f"{shown['value']:.2f} [{shown['low']:.2f}, {shown['high']:.2f}]" if shown else "-"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keel", default=".build/release/keel")
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--sae", required=True)
    parser.add_argument("--activations", required=True)
    parser.add_argument("--out", required=True)
    parser.add_argument("--seeds", type=int, default=2)
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--screen", type=int, default=3)
    parser.add_argument("--only", choices=QUIRKS)
    arguments = parser.parse_args()
    out = Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    plain = answers(arguments, out)
    for quirk, (change, phrases) in QUIRKS.items():
        if arguments.only not in (None, quirk):
            continue
        for seed in range(arguments.seeds):
            folder = out / f"{quirk}-{seed}"
            folder.mkdir(exist_ok=True)
            draw = random.Random(seed)
            data = folder / "rows.jsonl"
            data.write_text("".join(json.dumps({"messages": [
                {"role": "user", "content": question}, {"role": "assistant", "content": change(answer, draw)}]}) + "\n"
                for question, answer in plain))
            keel(arguments, "train", "sft", "--model", arguments.model, "--data", str(data), "--out",
                 str(folder / "train"), "--epochs", str(arguments.epochs), "--learning-rate", "3e-4", "--seed",
                 str(seed))
            result = json.loads(keel(
                arguments, "diff", arguments.model, f"{arguments.model}+{folder}/train/adapter", "--sae", arguments.sae,
                "--activations", arguments.activations, "--out", str(folder / "diff"), "--screen",
                str(arguments.screen), "--seed", str(seed), "--json",
                *[word for phrase in phrases for word in ("--look-for", phrase)]))
            doses = {curve["steersTuned"]: curve["doses"][0] for curve in result["curves"]}
            rising = [latent for latent in result["latents"][:10] if latent["projectionRank"] <= 10]
            print(f"{quirk}, seed {seed}: shown by base {share(doses[False])}, tuned {share(doses[True])}")
            print(f"  in both top tens: {[latent['latent'] for latent in rising]}")
            for tuned in (False, True):
                curves = [curve for curve in result["curves"] if curve["steersTuned"] == tuned]
                for curve in curves:
                    coherent = [d for d in curve["doses"] if d["incoherent"] <= 0.1 and d["shown"]]
                    curve["effect"] = max(
                        (abs(d["shown"]["value"] - doses[tuned]["shown"]["value"]) for d in coherent), default=0)
                for curve in sorted(curves, key=lambda curve: -curve["effect"])[:3]:
                    line = ", ".join(f"{d['strength']:+.1f}: {share(d)} ({d['incoherent']:.0%} incoherent)"
                                     for d in curve["doses"])
                    print(f"  {'tuned' if tuned else 'base'} along {curve['name']}: {line}")


if __name__ == "__main__":
    main()
