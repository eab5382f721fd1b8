#!/usr/bin/env python3
"""Measures start-up, reading, writing and memory of models of several families, Keel beside llama.cpp on the same file.

    families.py [--keel .build/release/keel] [--rounds 3] [--threads N] MODEL.gguf...

Keel once with each way to hold weights, in turns with llama.cpp; one answer at a time. Every figure is added to
results/<date>-<cpu>.jsonl, under the family's name.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import compare
import shown
from compare import HERE, ROOT, Program
from shown import TITLES, ratio, table, times

MEASURES = ["load", "prefill", "decode"]
SHOWN = ["load", "prefill", "decode", "peak"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0], prog="families.py")
    parser.add_argument("--keel", default=str(ROOT / ".build/release/keel"))
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("models", nargs="+")
    options = parser.parse_args()
    # All of them before the first is measured: a wrong path is told at once.
    facts = [about(options.keel, model) for model in options.models]
    for model, known in zip(options.models, facts):
        measure(options, model, known)


def about(keel, model):
    told = subprocess.run([keel, "model", "info", model, "--json"], capture_output=True, text=True)
    if told.returncode != 0:
        sys.exit(f"{model} cannot be measured: {told.stderr.strip()}")
    return json.loads(told.stdout)


def measure(options, model, facts):
    family, threads = facts["architecture"], str(options.threads)
    bench = [options.keel, "bench", "--json", "--model", model, "--threads", threads]
    keel = Program(f"{family}, Keel", bench, MEASURES)
    few = [
        Program(f"{family}, Keel {bits}", [*bench, "--weights", bits], MEASURES)
        for bits in shown.FEW_BITS
    ]
    peer = [sys.executable, HERE / "peers.py", "llama.cpp", threads, model]
    llama = Program(f"{family}, llama.cpp", peer, MEASURES)
    programs = [keel, *few, llama]

    machine = compare.describe(options, Path(model).name, facts["sha256"], ["xllamacpp"])
    with compare.recording(machine) as record:

        def kept(**row):
            # A family's figures are its own, not the default model's.
            if "measure" in row:
                row["measure"] = f"{family}: {row['measure']}"
            record(**row)

        environment = {**os.environ, "OMP_NUM_THREADS": threads}
        for turn in range(1, options.rounds + 1):
            for program in programs:
                if not program.failure:
                    compare.note(f"round {turn} of {options.rounds}: {program.name}")
                    program.run(environment, kept)
                    if program.failure:
                        record(kind="failure", program=program.name, why=program.failure)
            record(kind="round", disturbance=max(p.disturbance for p in programs))

    print(f"\n{family}: {Path(model).name}, {facts['parameters']} parameters")
    rows = [["", "unit", *(p.name.split(", ", 1)[1] for p in programs), "Keel / llama.cpp"]]
    for measure in SHOWN:
        unit = next((p.units[measure] for p in programs if measure in p.units), "")
        cells = [p.cell(measure) for p in programs]
        rows.append([TITLES[measure], unit, *cells, times(ratio(keel, llama, measure))])
    table(rows)
    for program in programs:
        if program.failure:
            print(f"{program.name} failed: {program.failure}")


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
