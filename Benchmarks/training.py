#!/usr/bin/env python3
"""Measures training in Keel beside TRL + PEFT: LoRA of rank 16 on all linear layers, the same rows in the same order.

    training.py [--keel .build/release/keel] [--folder MODEL] [--steps 6] [--rounds 3] [--threads N]

MODEL is the folder that `peers.py convert GGUF FOLDER` makes. Two data sets: chat rows of mixed length, 8 a step, of
which the answers are trained on; and plain text, 4 rows of 256 tokens a step, all trained on. Counted are tokens that
are read and are no padding; the first step of each run is left out. TRL runs float32 without gradient checkpointing,
its fastest setting on a CPU. Every figure is added to results/<date>-<cpu>.jsonl.
"""

import argparse
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import compare
import shown

PACKAGES = ["torch", "transformers", "peft", "trl"]
WORDS = ("the keel holds a ship upright in wind and sea while sails take what comes from any side and nobody "
         "on deck thinks of it before the first storm of autumn").split()
SETS = {
    "mixed chat": ["--batch-size", "8"],
    "4 x 256": ["--batch-size", "4", "--max-length", "256", "--overlength", "truncate"],
}

# How many times the peer's tokens a second Keel is meant to train.
TARGETS = {"mixed chat": 2.0, "4 x 256": 1.3}
UNITS = {"rate": "tokens/s", "memory": "MB", "loss": "nats", "tokens": "tokens"}


def say(draw, count):
    return " ".join(draw.choices(WORDS, k=count)).capitalize() + "."


def rows(name, count):
    draw = random.Random(5)
    if name == "4 x 256":
        return [{"text": say(draw, 320)} for _ in range(count)]
    return [{
        "prompt": [{"role": "user", "content": say(draw, draw.randint(5, 40))}],
        "completion": [{"role": "assistant", "content": say(draw, min(300, int(draw.lognormvariate(3.7, 0.9)) + 3))}],
    } for _ in range(count)]


def keel(arguments, name, data, steps):
    with tempfile.TemporaryDirectory() as out:
        command = [arguments.keel, "train", "sft", "--model", arguments.folder, "--data", data, "--out", out,
                   "--in-order", "--max-steps", str(steps), "--learning-rate", "1e-4", "--schedule", "constant",
                   "--micro-batch-tokens", "4096", *SETS[name]]
        if arguments.threads:
            command += ["--threads", str(arguments.threads)]
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=errors)
            _, status, usage = os.wait4(process.pid, 0)
            if status:
                errors.seek(0)
                sys.exit(f"keel failed: {' '.join(command)}\n{last_words(errors.read())}")
        lines = [json.loads(line) for line in open(f"{out}/metrics.jsonl")]
    tokens = lines[-1]["num_tokens"] - lines[0]["num_tokens"]
    seconds = sum((b["num_tokens"] - a["num_tokens"]) / b["tokens_per_second"] for a, b in zip(lines, lines[1:]))
    return {"rate": tokens / seconds, "memory": usage.ru_maxrss / 1024, "loss": lines[-1]["loss"], "tokens": tokens}


def trl(arguments, name, data, steps):
    command = [sys.executable, __file__, "--peer", name, "--data", data, "--folder", arguments.folder, "--steps",
               str(steps)] + (["--threads", str(arguments.threads)] if arguments.threads else [])
    done = subprocess.run(command, capture_output=True)
    if done.returncode:
        sys.exit(f"TRL failed: {' '.join(command)}\n{last_words(done.stderr)}")
    return json.loads(done.stdout.splitlines()[-1])


def last_words(errors):
    return "\n".join(errors.decode(errors="replace").strip().splitlines()[-5:])


def peer(arguments):
    import time

    import torch
    from datasets import Dataset
    from peft import LoraConfig
    from torch.utils.data import SequentialSampler
    from transformers import AutoModelForCausalLM, AutoTokenizer, TrainerCallback
    from trl import SFTConfig, SFTTrainer

    if arguments.threads:
        torch.set_num_threads(arguments.threads)
    texts = arguments.peer == "4 x 256"

    class Ordered(SFTTrainer):
        def _get_train_sampler(self, dataset=None):
            return SequentialSampler(dataset or self.train_dataset)

    class Clock(TrainerCallback):
        marks = []

        def on_step_end(self, *_, **__):
            self.marks.append(time.perf_counter())

    model = AutoModelForCausalLM.from_pretrained(arguments.folder, dtype=torch.float32)
    trainer = Ordered(
        model=model, processing_class=AutoTokenizer.from_pretrained(arguments.folder), callbacks=[Clock()],
        train_dataset=Dataset.from_list([json.loads(line) for line in open(arguments.data)]),
        peft_config=LoraConfig(r=16, lora_alpha=32, target_modules="all-linear", task_type="CAUSAL_LM"),
        args=SFTConfig(
            output_dir=tempfile.mkdtemp(), per_device_train_batch_size=4 if texts else 8, max_steps=arguments.steps,
            learning_rate=1e-4, lr_scheduler_type="constant", logging_steps=1, save_strategy="no", report_to=[],
            use_cpu=True, bf16=False, gradient_checkpointing=False, max_length=256 if texts else 2048,
            disable_tqdm=True))
    trainer.train()
    lines = [line for line in trainer.state.log_history if "loss" in line]
    tokens = lines[-1]["num_tokens"] - lines[0]["num_tokens"]
    print(json.dumps({
        "rate": tokens / (Clock.marks[-1] - Clock.marks[0]), "loss": lines[-1]["loss"], "tokens": tokens,
        "memory": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--keel", default=".build/release/keel")
    parser.add_argument("--folder", required=True)
    parser.add_argument("--steps", type=int, default=6)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--only", choices=SETS)
    parser.add_argument("--peer", help=argparse.SUPPRESS)
    parser.add_argument("--data", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.peer:
        return peer(arguments)
    about = json.loads(subprocess.check_output([arguments.keel, "model", "info", arguments.folder, "--json"]))
    machine = compare.describe(arguments, Path(arguments.folder).name, about["sha256"], PACKAGES)
    with compare.recording(machine) as record:
        measure(arguments, record)
    print(f"\nAll figures: {compare.results(machine)}")


def measure(arguments, record):
    print(f"{'data':<12}{'program':<12}{'tokens/s':>10}{'memory, MB':>12}{'loss':>9}{'tokens':>9}")
    ratios = {}
    for name in [arguments.only] if arguments.only else SETS:
        with tempfile.TemporaryDirectory() as folder:
            data = str(Path(folder) / "rows.jsonl")
            with open(data, "w") as file:
                file.writelines(json.dumps(row) + "\n" for row in rows(name, 8 * arguments.steps))
            runs = {"Keel": [], "TRL + PEFT": []}
            for _ in range(arguments.rounds):
                for program, run in [("Keel", keel), ("TRL + PEFT", trl)]:
                    result = run(arguments, name, data, arguments.steps)
                    runs[program].append(result)
                    for key, unit in UNITS.items():
                        record(kind="figure", program=program, measure=f"training, {name}: {key}", unit=unit,
                               value=result[key])
        middle, memory = {}, {}
        for program, results in runs.items():
            middle[program] = statistics.median(result["rate"] for result in results)
            last = results[-1]
            memory[program] = max(result["memory"] for result in results)
            print(f"{name:<12}{program:<12}{middle[program]:>10.1f}{memory[program]:>12.0f}{last['loss']:>9.4f}"
                  f"{last['tokens']:>9.0f}")
        ratios[name] = middle["Keel"] / middle["TRL + PEFT"], memory["TRL + PEFT"] / memory["Keel"]
        print(f"{name:<12}{'ratio':<12}{ratios[name][0]:>10.2f}")
    shown.targets(
        row for name, least in TARGETS.items() for speed, memory in [ratios.get(name, (None, None))]
        for row in [(f"trained tokens, {name}", least, speed), (f"TRL's peak memory / Keel's, {name}", 1, memory)])


if __name__ == "__main__":
    main()
