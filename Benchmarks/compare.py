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
from pathlib import Path
from statistics import median

from shown import FEW_BITS, MODEL, ROOFS, number, report, report_few_bits

HERE = Path(__file__).parent
ROOT = HERE.parent
PACKAGES = ["torch", "transformers", "xllamacpp"]
LIMIT = 600  # seconds for one program in one round

# Short measures are taken twice a round.
COMMON = ["load", "prefill", "prefill", "decode", "sample-16"]


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
                    row = figure(line)
                    if row is None:
                        continue
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


def figure(line):
    """What a line of output measures; None for one of another kind, or one that was cut off."""
    try:
        row = json.loads(line)
    except ValueError:
        return None
    return row if isinstance(row, dict) and {"measure", "value", "unit"} <= row.keys() else None


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


# --- Words ---


def slug(text):
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


def note(text):
    print(f"keel: {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        sys.exit(130)
