#!/usr/bin/env python3
"""Makes one page of all that `make bench` has measured: each row beside its peer, over time.

    history.py [--results FOLDER] [--out FILE]

Reads results/*.jsonl and writes results/history.html, one file that asks the network for nothing. The
standard library is enough. A session is what stands below one line of kind "machine". Ratios of one
session travel between machines; absolute figures do not, so only ratios are drawn.
"""

import argparse
import json
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from statistics import median

import shown
import inside
import training
from history_page import page

# How many times the peer Keel is meant to reach.
GOALS = {
    **{(measure, peer): least for measure, peer, least in shown.TARGETS},
    **{(measure, peer): least for measure, peer, least in shown.FEW_BIT_TARGETS},
    **{(f"training, {name}: rate", "TRL + PEFT"): least for name, least in training.TARGETS.items()},
    **{(f"training, {name}: memory", "TRL + PEFT"): 1 for name in training.TARGETS},
    **{(f"{part}: rate", peer): least for part, peer, least in inside.TARGETS},
}
TITLES = {
    **shown.TITLES,
    **{f"training, {name}: rate": f"train on rows: {name}" for name in training.TARGETS},
    **{f"training, {name}: memory": f"peak memory of training: {name} (less is better)"
       for name in training.TARGETS},
    "harvest: rate": "store activations",
    "sae: rate": "train a sparse autoencoder",
}
# The model that ships, for the share of the roof; results do not hold a model's shape.
SHAPES = {
    "smollm2-135m sha256 b179c9523d0e": {
        "hidden_size": 576, "num_hidden_layers": 30, "num_key_value_heads": 3,
        "num_attention_heads": 9, "intermediate_size": 1536, "vocab_size": 49152,
    },
}
# What would close a row in which Keel is behind.
CLOSES = {
    ("decode", "llama.cpp"):
        "Writing a token reads all weights: Keel's as float32, llama.cpp's in 4 bits, an eighth of "
        "the bytes. Products with weights packed in 4 or 8 bits.",
    ("peak", "llama.cpp"): "The same: weights held in 4 or 8 bits.",
}
DISTURBED = 0.05  # the share of the cores from which on `compare.py` says not to trust a session


@dataclass
class Session:
    """What was measured in one run, and where and with what."""

    machine: dict
    figures: dict = field(default_factory=lambda: defaultdict(list))  # by measure and program
    units: dict = field(default_factory=dict)
    disturbance: float = 0
    failures: list = field(default_factory=list)

    @property
    def name(self):
        return self.machine["date"][:16].replace("T", " ")

    @property
    def place(self):
        return f"{self.machine['cpu']}, {self.machine['threads']} threads"

    def keel(self, measure, peer=None):
        """Keel's own figures, by whichever of its names the row was recorded.

        Beside a peer that this is a target for, those of the fastest way to hold weights.
        """
        if any(key[:2] == (measure, peer) for key in shown.FEW_BIT_TARGETS):
            names = ["Keel", "Keel, more", *(f"Keel, {bits}" for bits in shown.FEW_BITS)]
            found = [self.figures.get((measure, name)) for name in names]
            return max(filter(None, found), key=median, default=[])
        for name in ("Keel", "keel", "Keel, more"):
            if found := self.figures.get((measure, name)):
                return found
        return []

    def ratio(self, measure, peer):
        """How many times as good Keel is, with the least and greatest of rounds; None without both."""
        ours = self.keel(measure, peer)
        theirs = self.figures.get((measure, peer))
        if not ours or not theirs or min(ours + theirs) <= 0:
            return None
        less = is_less_better(measure)
        rounds = [b / a if less else a / b for a, b in zip(ours, theirs)]
        middle = median(theirs) / median(ours) if less else median(ours) / median(theirs)
        return middle, min(rounds), max(rounds)

    def share(self, measure):
        """Which share of the machine's roof Keel reaches; None where that is not known."""
        model = self.machine.get("model", "")
        shape = next((s for name, s in SHAPES.items() if model.startswith(name)), None)
        roofs = [
            max(sum((v for (m, _), v in self.figures.items() if m == roof), []), default=None)
            for roof in shown.ROOFS
        ]
        ours = self.keel(measure)
        if shape is None or not all(roofs) or not ours or self.units.get(measure) != "tokens/s":
            return None
        most, which = shown.roof(measure, shape, *roofs)
        return median(ours) / most, which


def is_less_better(measure):
    return measure in ("load", "peak") or measure.endswith(": memory")


def read(folder):
    """All sessions, oldest first; a line that cannot be read is named."""
    sessions = []
    for path in sorted(folder.glob("*.jsonl")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            try:
                row = json.loads(line)
                take(row, sessions)
            except (ValueError, KeyError, IndexError, TypeError) as error:
                sys.exit(f"{path.name}, line {number}: {error!r}")
    return sorted((s for s in sessions if s.figures), key=lambda s: s.machine["date"])


def take(row, sessions):
    if row["kind"] == "machine":
        sessions.append(Session(row))
        return
    session = sessions[-1]
    if row["kind"] == "figure":
        session.figures[row["measure"], row["program"]].append(float(row["value"]))
        session.units[row["measure"]] = row["unit"]
    elif row["kind"] == "round":
        session.disturbance = max(session.disturbance, row["disturbance"])
    elif row["kind"] == "failure":
        session.failures.append(f"{row['program']}: {row['why']}")


def pairs(sessions):
    """Measures with their peers, in the order of the benchmarks; those with a goal first."""
    found = {key: None for key in GOALS}
    for session in sessions:
        for measure, program in session.figures:
            if measure in TITLES and measure not in shown.ROOFS:
                if program.lower().split(",")[0] not in ("keel", "torch"):
                    found.setdefault((measure, program))
    return [key for key in found if any(s.ratio(*key) for s in sessions)]


def cell(values, unit):
    if not values:
        return ""
    return escape(f"{shown.number(median(values))} {unit} "
                  f"({shown.number(min(values))} to {shown.number(max(values))})")


def main():
    parser = argparse.ArgumentParser(prog="history.py", description=__doc__.split("\n", 1)[0])
    here = Path(__file__).resolve().parent / "results"
    parser.add_argument("--results", type=Path, default=here)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    sessions = read(options.results)
    if not sessions:
        sys.exit(f"{options.results} holds no results: run 'make bench' first.")
    out = options.out or options.results / "history.html"
    text = page(sessions, pairs(sessions), GOALS, TITLES, CLOSES, cell, DISTURBED)
    out.write_text(text, encoding="utf-8")
    print(out)


if __name__ == "__main__":
    main()
