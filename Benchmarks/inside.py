#!/usr/bin/env python3
"""Measures harvest beside transformers with output hooks, and training of sparse autoencoders beside SAELens.

    inside.py --folder MODEL [--keel .build/release/keel] [--tokens 20000] [--rounds 3] [--threads N] [--long]

MODEL is the folder that `peers.py convert GGUF FOLDER` makes. Both harvests read the same texts in float32 and write
float32 rows of the middle block's output; transformers reads right-padded batches of like length through AutoModel (no
output layer) with a forward hook. Both trainers read the rows that Keel harvested: TopK, the same width, k, batch and
dtype, on the CPU. Rates are medians over rounds, taken in turn; loading counts on both sides. With --long, harvest's cost
per token (loading apart) and memory at 10 thousand, 100 thousand and 2 million tokens; the last takes some minutes, and
2.3 GB of disk in bfloat16, one harvest at a time. Every figure is added to results/<date>-<cpu>.jsonl.
"""

import argparse
import json
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import compare
import shown

PACKAGES = ["torch", "transformers", "sae-lens"]
# How many times the peer's tokens a second Keel is meant to reach.
TARGETS = [("harvest", "transformers", 1.5), ("sae", "SAELens", 2)]
# Tokens of --long; what is flat keeps this share of its first value, in speed and in memory.
LONG, FLAT = [10_000, 100_000, 2_000_000], 0.9
UNITS = {"rate": "tokens/s", "memory": "MB", "explained": "share", "loading": "s"}
WORDS = ("the keel holds a ship upright in wind and sea while sails take what comes from any side and nobody "
         "on deck thinks of it before the first storm of autumn").split()


def texts(path, tokens):
    draw = random.Random(7)
    written = 0
    with open(path, "w") as file:
        while written < tokens * 1.2:
            count = draw.randint(20, 230)
            written += count
            text = " ".join(draw.choices(WORDS, k=count)).capitalize() + "."
            file.write(json.dumps({"text": text}) + "\n")


def run(command):
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True)
    output = process.stdout.read()
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        sys.exit(f"failed: {' '.join(command)}")
    return output, time.perf_counter() - start, usage.ru_maxrss / 1024


def threads(arguments):
    return ["--threads", str(arguments.threads)] if arguments.threads else []


def keel_harvest(arguments, data, out, tokens):
    output, _, memory = run([
        arguments.keel, "activations", "harvest", "--model", arguments.folder, "--data", data, "--out", out, "--at",
        arguments.point, "--max-tokens", str(tokens), "--json", *threads(arguments)])
    result = json.loads(output)
    return {"rate": result["tokens"] / result["seconds"], "memory": memory}


def keel_long(arguments, data, out, tokens):
    """The same, with reading apart from loading; what was stored is thrown away."""
    output, _, memory = run([
        arguments.keel, "activations", "harvest", "--model", arguments.folder, "--data", data, "--out", out, "--at",
        arguments.point, "--max-tokens", str(tokens), "--type", "bfloat16", "--json", *threads(arguments)])
    shutil.rmtree(out)
    result = json.loads(output)
    return {"rate": result["read_tokens"] / result["read_seconds"], "memory": memory,
            "loading": result["seconds"] - result["read_seconds"]}


def peer(arguments, name, *rest):
    output, _, memory = run([sys.executable, __file__, "--peer", name, "--folder", arguments.folder, "--point",
                             arguments.point, "--latents", str(arguments.latents), "--k", str(arguments.k), "--batch",
                             str(arguments.batch), *threads(arguments), *rest])
    return {**json.loads(output.splitlines()[-1]), "memory": memory}


def transformers_harvest(arguments):
    import numpy as np
    import torch
    from transformers import AutoModel, AutoTokenizer

    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    layer = int(arguments.point.split(".")[1])
    # Loading counts on both sides.
    start = time.perf_counter()
    tokenizer = AutoTokenizer.from_pretrained(arguments.folder)
    model = AutoModel.from_pretrained(arguments.folder, dtype=torch.float32).eval()
    rows = [tokenizer(json.loads(line)["text"])["input_ids"][:256] for line in open(arguments.data)]
    kept = {}
    model.layers[layer].register_forward_hook(
        lambda _, __, output: kept.update(x=output[0] if isinstance(output, tuple) else output))
    done = 0
    with open(arguments.out, "wb") as file, torch.no_grad():
        index = 0
        while done < arguments.tokens and index < len(rows):
            batch = sorted(rows[index:index + 16], key=len)
            index += 16
            for part in (batch[:8], batch[8:]):
                if not part:
                    continue
                width = max(map(len, part))
                ids = torch.tensor([row + [0] * (width - len(row)) for row in part])
                mask = torch.tensor([[1] * len(row) + [0] * (width - len(row)) for row in part])
                model(input_ids=ids, attention_mask=mask, use_cache=False)
                for row, x in zip(part, kept["x"]):
                    file.write(x[1:len(row)].numpy().astype(np.float32).tobytes())
                    done += len(row) - 1
    print(json.dumps({"rate": done / (time.perf_counter() - start)}))


def keel_sae(arguments, activations, out):
    _, _, memory = run([
        arguments.keel, "sae", "train", "--activations", activations, "--out", out, "--architecture", "topk",
        "--latents", str(arguments.latents), "--k", str(arguments.k), "--batch-size", str(arguments.batch),
        "--passes", str(arguments.passes), "--dead-after", "1000000000", "--save-every", "1000000",
        *threads(arguments)])
    lines = [json.loads(line) for line in open(f"{out}/metrics.jsonl")]
    return {"rate": statistics.median(line["tokens_per_second"] for line in lines[1:] or lines), "memory": memory,
            "explained": lines[-1]["explained_variance"]}


def saelens(arguments):
    import numpy as np
    import torch
    from sae_lens import TopKTrainingSAE, TopKTrainingSAEConfig
    from sae_lens.saes.sae import TrainStepInput

    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    folder = Path(arguments.data)
    width = json.load(open(folder / "config.json"))["widths"][arguments.point]
    shards = [np.memmap(file, dtype="<f4", mode="r").reshape(-1, width)
              for file in sorted(folder.glob(f"rank-*/*.{arguments.point}.bin"))]
    data = np.concatenate(shards)
    scale = width ** 0.5 / np.linalg.norm(data[:8192], axis=1).mean()
    sae = TopKTrainingSAE(TopKTrainingSAEConfig(
        d_in=width, d_sae=arguments.latents, k=arguments.k, dtype="float32", device="cpu"))
    optimizer = torch.optim.Adam(sae.parameters(), lr=2e-4)
    order = np.random.default_rng(0)
    rates = []
    for step in range(max(4, int(len(data) * arguments.passes) // arguments.batch)):
        start = time.perf_counter()
        x = torch.from_numpy(data[np.sort(order.choice(len(data), arguments.batch, replace=False))] * np.float32(scale))
        # As SAETrainer._train_step does, without its logging.
        output = sae.training_forward_pass(TrainStepInput(
            sae_in=x, coefficients={}, dead_neuron_mask=None, n_training_steps=step,
            is_logging_step=False))
        output.loss.backward()
        torch.nn.utils.clip_grad_norm_(sae.parameters(), 1.0)
        optimizer.step()
        optimizer.zero_grad()
        rates.append(arguments.batch / (time.perf_counter() - start))
    with torch.no_grad():
        out = output.sae_out.detach()
        explained = 1 - ((x - out) ** 2).sum() / ((x - x.mean(0)) ** 2).sum()
    print(json.dumps({"rate": statistics.median(rates[1:]), "explained": explained.item()}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keel", default=".build/release/keel")
    parser.add_argument("--folder", required=True)
    parser.add_argument("--point", default="blocks.15.hook_resid_post")
    parser.add_argument("--tokens", type=int, default=20_000)
    parser.add_argument("--latents", type=int, default=4096)
    parser.add_argument("--k", type=int, default=64)
    parser.add_argument("--batch", type=int, default=2048)
    parser.add_argument("--passes", type=float, default=2)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--long", action="store_true")
    parser.add_argument("--only", choices=["harvest", "sae"])
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("--data", help=argparse.SUPPRESS)
    parser.add_argument("--out", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        return {"transformers": transformers_harvest, "saelens": saelens}[arguments.peer](arguments)

    about = json.loads(subprocess.check_output([arguments.keel, "model", "info", arguments.folder, "--json"]))
    machine = compare.describe(arguments, Path(arguments.folder).name, about["sha256"], PACKAGES)
    with compare.recording(machine) as record:
        report(measure(arguments, record))
    print(f"\nAll figures: {compare.results(machine)}")


def measure(arguments, record):
    results = {}

    def add(name, value):
        results.setdefault(name, []).append(value)
        part, program = name.split(", ", 1)
        for key, figure in value.items():
            record(kind="figure", program=program, measure=f"{part}: {key}", unit=UNITS[key], value=figure)

    with tempfile.TemporaryDirectory() as scratch:
        data = f"{scratch}/texts.jsonl"
        texts(data, arguments.tokens)
        for round_ in range(arguments.rounds):
            acts = f"{scratch}/acts-{round_}"
            add("harvest, keel", keel_harvest(arguments, data, acts, arguments.tokens))
            if arguments.only != "sae":
                add("harvest, transformers", peer(
                    arguments, "transformers", "--data", data, "--out", f"{scratch}/peer.bin", "--tokens",
                    str(arguments.tokens)))
            if arguments.only != "harvest":
                add("sae, keel", keel_sae(arguments, acts, f"{scratch}/sae-{round_}"))
                add("sae, SAELens", peer(arguments, "saelens", "--data", acts, "--passes", str(arguments.passes)))
            shutil.rmtree(acts)
        if arguments.long:
            long = f"{scratch}/long.jsonl"
            texts(long, max(LONG))
            for count in LONG:
                # Short harvests are over before a machine's other work has averaged out.
                for _ in range(arguments.rounds if count < max(LONG) else 1):
                    add(f"harvest, keel, {count} tokens", keel_long(arguments, long, f"{scratch}/long", count))
    return results


def report(results):
    medians = {}
    for name, rounds in results.items():
        medians[name] = {key: statistics.median(r[key] for r in rounds) for key in rounds[0]}
        print(name.ljust(34), "  ".join(f"{key} {value:,.3f}" for key, value in medians[name].items()))

    def ratio(part, other):
        ours, theirs = medians.get(f"{part}, keel"), medians.get(f"{part}, {other}")
        return ours["rate"] / theirs["rate"] if ours and theirs else None

    few, many = (medians.get(f"harvest, keel, {count} tokens") for count in (min(LONG), max(LONG)))
    flat = [] if not few or not many else [
        ("harvest, speed at 2 million tokens, of that at 10 thousand", FLAT, many["rate"] / few["rate"]),
        ("harvest, memory at 10 thousand tokens, of that at 2 million", FLAT, few["memory"] / many["memory"])]
    shown.targets([(f"{part}, {other}", least, ratio(part, other)) for part, other, least in TARGETS] + flat)


if __name__ == "__main__":
    main()
