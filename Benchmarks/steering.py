#!/usr/bin/env python3
"""Holds steering by a control vector in llama.cpp to steering in Keel, by logits and by the tokens that are written.

    steering.py --out FOLDER [--vector FILE] [--strength 0.3 --strength -0.3] [--keel .build/release/keel]

A direction is found for a trait (or FILE is taken) and the default model is written as GGUF in float32. Both programs
read the same tokens with and without the direction at the layer that it was made for. Printed are, for each strength,
how far steering moves the log-probabilities of the texts' tokens in Keel, and how far off llama.cpp is, where the same
direction acts at that block, one before and one behind: only at the right block is what is left over small. Then Keel
writes answers greedily under steering; of their tokens, how many llama.cpp would write, too, steered and unsteered.

About three minutes on two cores and 0.6 GB of disk, which is given back. Needs NumPy, gguf and xllamacpp
(requirements.txt), on x86-64 Linux.
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path

import gguf
import numpy as np

import shown

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "Scripts"))
from llama import Llama

LEFT = 0.02  # of the movement, what may be left over: llama.cpp keeps keys and values in half precision
TEXTS = [
    ("The first thing a visitor sees in the old harbour", " is the row of wooden cranes, which nobody has used for a "
     "hundred years and which nobody wants to take down, because the gulls nest there and the town is fond of them."),
    ("To make a simple soup for four people,", " cut two onions and three carrots, let them soften in a little oil, add "
     "a litre of water, some salt and a handful of lentils, and leave the pot alone for half an hour."),
    ("When somebody asks you for advice that you cannot give,", " say so plainly, tell them who may know more, and stay "
     "with them while they look; that is often worth more than an answer would have been."),
    ("The teacher looked at the broken window and", " asked who had been playing there. Nobody said a word, until the "
     "smallest of the children raised a hand and told how the wind had slammed it shut."),
    ("A bicycle stays upright because", " the rider keeps steering into the fall, mostly without noticing it, and the "
     "front wheel, whose point of contact lies behind the steering axis, helps by turning the same way."),
    ("Dear Sir, I am writing to complain about", " the lamp that I bought in your shop last week. It worked for two days, "
     "then it went out with a loud noise, and I would like to have my money back."),
]


def keel(arguments, *command, text=None):
    result = subprocess.run([arguments.keel, *map(str, command)], stdout=subprocess.PIPE, text=True, input=text)
    if result.returncode:
        sys.exit(f"failed: keel {' '.join(map(str, command))}")
    return result.stdout


def read(path):
    """The layer that a vector was made for, and its direction there."""
    reader = gguf.GGUFReader(str(path))
    field = reader.fields.get("keel.control.layer")
    if field is None:
        sys.exit(f"{path} does not say which layer it was made for")
    layer = int(field.contents())
    return layer, next(tensor.data for tensor in reader.tensors if tensor.name == f"direction.{layer}")


def rows(path, entries):
    path.write_text("".join(json.dumps({"id": i, **entry}) + "\n" for i, entry in enumerate(entries)))
    return path


def scored(arguments, model, out, steer):
    """Log-probabilities of all texts' tokens in Keel, and the tokens."""
    data = rows(out / "texts.jsonl", ({"prompt": prompt, "completion": text} for prompt, text in TEXTS))
    found = out / "scores.jsonl"
    found.unlink(missing_ok=True)
    keel(arguments, "score", "--model", model, "--input", data, "--output", found, *steer)
    return [json.loads(line) for line in open(found)]


def logprobs(llama, prompt, answer, directions=None):
    """Log-probabilities of an answer's tokens in llama.cpp, and whether each would be written greedily."""
    logits = llama.logits(prompt + answer, directions)[len(prompt) - 1:-1].astype(np.float64)
    high = logits.max(-1, keepdims=True)
    values = logits - high - np.log(np.exp(logits - high).sum(-1, keepdims=True))
    return values[np.arange(len(answer)), answer], logits.argmax(-1) == answer


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keel", default=".build/release/keel")
    parser.add_argument("--model", default="smollm2-135m")
    parser.add_argument("--out", required=True)
    parser.add_argument("--vector")
    parser.add_argument("--trait", default="answers with dry sarcasm")
    parser.add_argument("--strength", type=float, action="append")
    arguments = parser.parse_args()
    out = Path(arguments.out)
    out.mkdir(parents=True, exist_ok=True)
    vector = Path(arguments.vector or out / "vector.gguf")
    if not vector.exists():
        keel(arguments, "direction", "find", "--model", arguments.model, "--trait", arguments.trait, "--samples", 1,
             "--max-tokens", 48, "--out", vector)
    model = out / "model.gguf"
    model.unlink(missing_ok=True)
    keel(arguments, "model", "export", arguments.model, "--type", "f32", "--out", model)
    try:
        study(arguments, model, vector, out)
    finally:
        model.unlink()


def study(arguments, model, vector, out):
    layer, direction = read(vector)
    llama = Llama(model)
    lines = "".join(prompt + "\n" for prompt, _ in TEXTS)
    prompts = [json.loads(line)["tokens"]
               for line in keel(arguments, "tokenize", "--model", model, "--json", text=lines).splitlines()]
    plain = scored(arguments, model, out, [])
    answers = [row["tokens"] for row in plain]
    ours = np.concatenate([row["logprobs"] for row in plain])

    def theirs(directions=None):
        return np.concatenate([logprobs(llama, p, a, directions)[0] for p, a in zip(prompts, answers)])

    unsteered = theirs()
    print(f"direction.{layer} of {vector}, {len(ours)} tokens of {len(TEXTS)} texts")
    print(f"unsteered, the programs differ by {abs(ours - unsteered).max():.4f} nats at most\n")
    table, met, result = [["strength", "at block", "moved, Keel", "moved, llama.cpp", "left over", "correlation"]], [], []
    for strength in arguments.strength or [0.3, -0.3]:
        rows_ = scored(arguments, model, out, ["--steer", f"{vector}:{strength}@{layer}"])
        moved = np.concatenate([row["logprobs"] for row in rows_]) - ours
        left = {}
        for block in (layer - 1, layer, layer + 1):
            if not 1 <= block < llama.layers:
                continue
            there = theirs({block: direction * np.float32(strength)}) - unsteered

            def size(x):
                return float(np.sqrt((x ** 2).mean()))

            left[block] = size(there - moved) / size(moved)
            table.append([f"{strength:+.2f}", f"{block}{' (Keel)' if block == layer else ''}", f"{size(moved):.4f}",
                          f"{size(there):.4f}", f"{left[block]:.4f}", f"{np.corrcoef(moved, there)[0, 1]:.5f}"])
        met.append((f"left over at block {layer}, strength {strength:+.2f}", f"at most {LEFT}", f"{left[layer]:.4f}",
                    left[layer] <= LEFT and left[layer] == min(left.values())))
        same = written(arguments, model, out, llama, prompts, ["--steer", f"{vector}:{strength}@{layer}"],
                       {layer: direction * np.float32(strength)})
        print(f"strength {strength:+.2f}: of {same['tokens']} tokens that Keel wrote greedily, llama.cpp would write "
              f"{same['steered']} under the same steering, {same['unsteered']} without")
        result.append({"strength": strength, "leftOver": left, "written": same})
    print()
    shown.table(table)
    print()
    shown.table([["to be shown", "", "measured", ""]] + [
        [title, wanted, measured, "met" if holds else "missed"] for title, wanted, measured, holds in met])
    (out / "result.json").write_text(json.dumps({"layer": layer, "tokens": len(ours), "strengths": result}, indent=1))


def written(arguments, model, out, llama, prompts, steer, directions):
    data = rows(out / "prompts.jsonl", ({"prompt": prompt} for prompt, _ in TEXTS))
    found = out / "answers.jsonl"
    found.unlink(missing_ok=True)
    keel(arguments, "generate", "--model", model, "--input", data, "--output", found, "--temperature", 0,
         "--max-tokens", 48, *steer)
    answers = [json.loads(line)["tokens"] for line in open(found)]
    counts = {"tokens": 0, "steered": 0, "unsteered": 0}
    for prompt, answer in zip(prompts, answers):
        if not answer:
            continue
        counts["tokens"] += len(answer)
        counts["steered"] += int(logprobs(llama, prompt, answer, directions)[1].sum())
        counts["unsteered"] += int(logprobs(llama, prompt, answer)[1].sum())
    return counts


if __name__ == "__main__":
    main()
