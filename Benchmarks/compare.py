"""Runs Keel and its peers in turns and sets their figures side by side.

In each round every program starts afresh, alone, with the same number of threads, and warms up
before each measure. Figures are medians over the rounds, with least and greatest. A program that
fails is named with its last words and left out of later rounds; the others go on.
"""

import argparse
import datetime
import importlib.metadata
import json
import os
import platform
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from statistics import median

HERE = Path(__file__).parent
ROOT = HERE.parent
MODEL = "smollm2-135m"
PACKAGES = ["torch", "transformers", "xllamacpp"]
LIMIT = 600  # seconds for one program in one round

# Short measures are taken twice a round.
COMMON = ["load", "prefill", "prefill", "decode", "sample-16"]
ROOFS = ["matrix-product", "memory"]
TITLES = {
    "prefill": "read a prompt of 512",
    "decode": "write 1 at once, greedy",
    "sample-16": "write 16 at once",
    "sample-64": "write 64 at once",
    "load": "start until ready (less is better)",
    "peak": "peak memory (less is better)",
    "matrix-product": "matrix product, float32",
    "memory": "memory read",
}
# What Keel is meant to reach: how many times a peer's figure.
TARGETS = [
    ("prefill", "transformers", 1.5),
    ("decode", "transformers", 1.5),
    ("sample-16", "transformers", 3),
    ("sample-16", "llama.cpp", 2),
]
# The same for Keel's fastest way to hold weights, whose loss is said beside it.
FEW_BITS = ["int8", "int4"]
FEW_BIT_TARGETS = [
    ("decode", "llama.cpp Q8_0", 1),
    ("decode", "llama.cpp", 0.9),
    ("sample-16", "OpenVINO GenAI", 1.1),
    ("sample-64", "OpenVINO GenAI", 1.1),
]


@dataclass
class Program:
    name: str
    command: list
    measures: list
    figures: dict = field(default_factory=lambda: defaultdict(list))
    units: dict = field(default_factory=dict)
    disturbance: float = 0
    failure: str = ""

    def run(self, environment, record):
        """One round: each figure goes to `record`; a failure is remembered instead of raised."""
        start = time.perf_counter()
        busy = busy_seconds()
        with tempfile.TemporaryFile() as errors:
            process = subprocess.Popen(
                [*self.command, *self.measures],
                stdout=subprocess.PIPE,
                stderr=errors,
                env=environment,
            )
            timer = threading.Timer(LIMIT, process.kill)
            timer.start()
            try:
                for line in process.stdout:
                    if not line.startswith(b"{"):
                        continue
                    row = json.loads(line)
                    if row["measure"] == "load":
                        # What a user waits for: imports and the start of the process count too.
                        row["value"] = time.perf_counter() - start
                    self.take(row, record)
                _, status, usage = os.wait4(process.pid, 0)
            finally:
                timer.cancel()
                process.kill()
            took = time.perf_counter() - start
            others = busy_seconds() - busy - usage.ru_utime - usage.ru_stime
            self.disturbance = max(self.disturbance, others / took / os.cpu_count())
            # Kilobytes on Linux, bytes on macOS.
            peak = usage.ru_maxrss * (1 if sys.platform == "darwin" else 1024)
            if status == 0:
                self.take({"measure": "peak", "value": peak / 1e6, "unit": "MB"}, record)
            else:
                errors.seek(0)
                words = errors.read().decode(errors="replace").strip().splitlines()
                self.failure = (
                    f"stopped after {took:.0f} s, the limit"
                    if took >= LIMIT
                    else f"exit status {os.waitstatus_to_exitcode(status)}: "
                    + (words[-1] if words else "it said nothing")
                )

    def take(self, row, record):
        self.figures[row["measure"]].append(row["value"])
        self.units[row["measure"]] = row["unit"]
        record(kind="figure", program=self.name, **row)

    def middle(self, measure):
        """The median figure; None where there is none."""
        return median(self.figures[measure]) if self.figures.get(measure) else None

    def cell(self, measure):
        figures = self.figures.get(measure)
        if not figures:
            return "failed" if self.failure else ""
        return f"{number(median(figures))} ({number(min(figures))} to {number(max(figures))})"


def main():
    options = arguments()
    about = json.loads(subprocess.check_output([options.keel, "model", "info", MODEL, "--json"]))
    gguf = Path(about["path"])
    folder = Path(options.folder)
    peers = [sys.executable, HERE / "peers.py"]

    threads = str(options.threads)
    bench = [options.keel, "bench", "--json", "--model", MODEL, "--threads", threads]
    keel = Program("Keel", bench, COMMON)
    transformers = Program("transformers", [*peers, "transformers", threads, folder], COMMON)
    llama = Program("llama.cpp", [*peers, "llama.cpp", threads, gguf], COMMON)
    torch = Program("torch", [*peers, "torch", threads, "-"], ROOFS)
    # By itself, so that its memory does not count as that of the common measures.
    more = Program("Keel, more", bench, ["sample-64", *ROOFS])
    few = [Program(f"Keel, {bits}", [*bench, "--weights", bits], COMMON) for bits in FEW_BITS]
    eight = [Program("llama.cpp Q8_0", [*peers, "llama.cpp", threads, options.q8_0], COMMON)]
    if options.openvino:
        openvino = [options.openvino, HERE / "peers.py", "openvino", threads, options.q8_0]
        eight.append(Program("OpenVINO GenAI", openvino, [*COMMON, "sample-64"]))
    programs = [keel, transformers, llama, torch, more, *few, *eight]

    machine = describe(options, MODEL, about["sha256"], PACKAGES)
    if options.openvino:
        machine["versions"]["openvino-genai"] = version(options.openvino, "openvino-genai")
    losses = {bits: loss(options.keel, bits) for bits in FEW_BITS}
    with recording(machine) as record:
        environment = {**os.environ, "OMP_NUM_THREADS": threads, "HF_HUB_OFFLINE": "1"}
        for turn in range(1, options.rounds + 1):
            for program in programs:
                if program.failure:
                    continue
                note(f"round {turn} of {options.rounds}: {program.name}")
                program.run(environment, record)
                if program.failure:
                    record(kind="failure", program=program.name, why=program.failure)
            record(kind="round", disturbance=max(p.disturbance for p in programs))

    report(machine, folder, keel, [transformers, llama], torch, more)
    report_few_bits(keel, more, few, [llama, *eight], losses)
    print(f"\nAll figures: {results(machine)}")
    sys.exit(1 if keel.failure else 0)


def arguments():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0], prog="compare.py")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--keel", default=str(ROOT / ".build/release/keel"))
    parser.add_argument("--threads", type=int, default=os.cpu_count())
    parser.add_argument("--folder", required=True, help="what 'peers.py convert' has made")
    parser.add_argument("--q8_0", required=True, help="the model as 'keel model export' writes it")
    parser.add_argument("--openvino", help="a Python that has openvino-genai; left out without it")
    options = parser.parse_args()
    if options.rounds < 1 or options.threads < 1:
        parser.error("--rounds and --threads must be at least 1")
    if not Path(options.keel).exists():
        parser.error(f"{options.keel} is not there: run 'make build' first")
    return options


# --- What is measured ---


def describe(options, model, sha256, packages):
    """Where and with what is measured; `options` has keel, threads and rounds."""

    def say(*command):
        try:
            return subprocess.check_output(command, cwd=ROOT, text=True).strip()
        except (OSError, subprocess.CalledProcessError):
            return ""

    cpu = say("sysctl", "-n", "machdep.cpu.brand_string") if sys.platform == "darwin" else ""
    information = Path("/proc/cpuinfo")
    if information.exists():
        match = re.search(r"model name\s*: (.*)", information.read_text())
        cpu = match[1] if match else cpu
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "cpu": cpu or platform.machine(),
        "threads": options.threads,
        "rounds": options.rounds,
        "model": f"{model} sha256 {sha256}",
        "commit": say("git", "describe", "--always", "--dirty"),
        "versions": {"keel": say(options.keel, "--version")}
        | {name: importlib.metadata.version(name) for name in packages},
    }


def version(python, package):
    """Of a package in another environment."""
    code = "import importlib.metadata, sys; print(importlib.metadata.version(sys.argv[1]))"
    return subprocess.check_output([python, "-c", code, package], text=True).strip()


def loss(keel, bits):
    """What weights in so many bits cost, a token in nats; None where that cannot be said."""
    command = [keel, "model", "parity", MODEL, "--weights", bits, "--json"]
    done = subprocess.run(command, capture_output=True, text=True)
    return json.loads(done.stdout)["loss"] if done.returncode == 0 else None


def results(machine):
    return HERE / "results" / f"{machine['date'][:10]}-{slug(machine['cpu'])}.jsonl"


@contextmanager
def recording(machine):
    """Gives a function that adds a line to the day's results; the first says where is measured."""
    results(machine).parent.mkdir(exist_ok=True)
    with results(machine).open("a") as file:

        def record(**row):
            file.write(json.dumps(row) + "\n")
            file.flush()

        record(kind="machine", **machine)
        yield record


def busy_seconds():
    """Seconds that all programs, and those of other guests, have kept this machine's cores busy.

    Always 0 where the system does not tell (macOS), so that no disturbance is seen there.
    """
    path = Path("/proc/stat")
    if not path.exists():
        return 0
    user, nice, system, _, _, *others = map(int, path.read_text().split("\n", 1)[0].split()[1:9])
    return (user + nice + system + sum(others)) / os.sysconf("SC_CLK_TCK")


def roof(measure, config, product, memory):
    """The most tokens a second that float32 weights allow, and which of the two roofs it is.

    `config` is the model's `config.json`. Reading a prompt multiplies each weight once a token, the
    output layer only for the last; writing a token of each answer reads all weights once. Attention
    is not counted, so shares are a little lower than the truth.
    """
    hidden, layers = config["hidden_size"], config["num_hidden_layers"]
    share = config["num_key_value_heads"] / config["num_attention_heads"]
    block = 2 * hidden**2 * (1 + share) + 3 * hidden * config["intermediate_size"]
    output = config["vocab_size"] * hidden
    if measure == "prefill":
        tokens, work = 512, 2 * (512 * layers * block + output)
    else:
        tokens = 1 if measure == "decode" else int(measure.removeprefix("sample-"))
        work = 2 * tokens * (layers * block + output)
    by_product = tokens * product * 1e9 / work
    by_memory = tokens * memory * 1e9 / (4 * (layers * block + output))
    return min((by_product, "matrix product"), (by_memory, "memory"))


# --- What is shown ---


def report(machine, folder, keel, peers, torch, more):
    print(f"\n{machine['cpu']}, {machine['threads']} threads, {machine['date']}")
    print(", ".join(f"{name} {version}" for name, version in machine["versions"].items()), end="")
    print(f", commit {machine['commit'] or 'unknown'}")
    print(f"{MODEL}; medians of {machine['rounds']} rounds in turns (least to greatest)\n")
    disturbance = max(p.disturbance for p in [keel, *peers, torch, more])
    if disturbance > 0.05:
        print(f"Not to be trusted: others took up to {100 * disturbance:.0f} % of the cores.\n")

    rows = [["", "unit", "Keel", *(p.name for p in peers), *(f"Keel / {p.name}" for p in peers)]]
    for measure in ["prefill", "decode", "sample-16", "load", "peak"]:
        rows.append(
            [TITLES[measure], keel.units.get(measure, ""), keel.cell(measure)]
            + [peer.cell(measure) for peer in peers]
            + [times(ratio(keel, peer, measure)) for peer in peers]
        )
    rows.append([TITLES["sample-64"], more.units.get("sample-64", ""), more.cell("sample-64")])
    table(rows)

    print()
    rows = [["roofs", "unit", "torch", "Keel"]]
    for measure in ROOFS:
        rows.append([TITLES[measure], torch.units.get(measure, "")])
        rows[-1] += [program.cell(measure) for program in (torch, more)]
    table(rows)

    # The higher of both: a roof that one of them breaks through is none.
    roofs = [max(torch.figures[m] + more.figures[m], default=None) for m in ROOFS]
    if all(roofs) and folder.exists():
        config = json.loads((folder / "config.json").read_text())
        print()
        rows = [["Keel's share", "share", "roof, tokens/s", "which"]]
        for measure in ["prefill", "decode", "sample-16", "sample-64"]:
            figure = (more if measure == "sample-64" else keel).middle(measure)
            most, which = roof(measure, config, *roofs)
            share = f"{100 * figure / most:.0f} %" if figure else ""
            rows.append([TITLES[measure], share, number(most), which])
        table(rows)

    named = {peer.name: peer for peer in peers}
    targets(
        (f"{TITLES[measure]}, {name}", least, ratio(keel, named[name], measure))
        for measure, name, least in TARGETS
    )

    for program in [keel, *peers, torch, more]:
        if program.failure:
            print(f"\n{program.name} failed: {program.failure}")


def report_few_bits(keel, more, few, peers, losses):
    """Keel with weights in 8 and 4 bits, beside those whose weights are, too."""
    ours, named = [keel, *few], {peer.name: peer for peer in peers}
    print()
    rows = [["weights in few bits", "unit", *(p.name for p in [*ours, *peers])]]
    for measure in ["prefill", "decode", "sample-16", "sample-64", "load", "peak"]:
        cells = [(more if measure == "sample-64" and p is keel else p).cell(measure) for p in ours]
        unit = next((p.units[measure] for p in [*ours, *peers] if measure in p.units), "")
        rows.append([TITLES[measure], unit, *cells, *(p.cell(measure) for p in peers)])
    table(rows)
    print()
    for bits, cost in losses.items():
        if cost is None:
            print(f"What {bits} costs was not measured.")
            continue
        low, high = cost["interval"] or [float("nan")] * 2
        print(
            f"{bits}: a token becomes less probable by {cost['mean']:.4f} nats ({low:.4f} to "
            f"{high:.4f}, {cost['texts']} texts); divergence {cost['divergence']:.4f} nats; the "
            f"likeliest token is the same at {100 * cost['agreement']:.1f} %."
        )

    def measured(measure, name):
        known = [p for p in [*ours, more] if p.figures.get(measure)]
        best = max(known, key=lambda p: p.middle(measure), default=None)
        if best is None or name not in named:
            return f"{TITLES[measure]}, {name}", None
        return f"{TITLES[measure]}, {name}: {best.name}", ratio(best, named[name], measure)

    found = [(*measured(measure, name), least) for measure, name, least in FEW_BIT_TARGETS]
    targets((title, least, value) for title, value, least in found)
    for program in [*few, *peers]:
        if program.failure:
            print(f"\n{program.name} failed: {program.failure}")
    if "OpenVINO GenAI" not in named:
        print("\nOpenVINO GenAI was left out: its wheel does not install here.")


def targets(wanted):
    """What was to be reached: title, least ratio and measured ratio, None where there is none."""
    print()
    rows = [["target", "at least", "measured", ""]]
    for title, least, value in wanted:
        verdict = "not measured" if value is None else "met" if value >= least else "missed"
        rows.append([title, times(least), times(value), verdict])
    table(rows)


def ratio(keel, peer, measure):
    ours, theirs = keel.middle(measure), peer.middle(measure)
    return ours / theirs if ours and theirs else None


def times(value):
    return "" if value is None else f"{value:.2f} x"


def number(value):
    return f"{value:.0f}" if value >= 100 else f"{value:.1f}"


def table(rows):
    widths = [max(map(len, column)) for column in zip_longest(*rows, fillvalue="")]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip())


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def note(text):
    print(f"keel: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
