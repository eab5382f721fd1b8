"""The folder in which a page's commands run: a program `keel` on the path that works on a small
model, and the files that the README speaks of."""

import json
import os
import pathlib
import re
import shlex
import signal
import subprocess
import sys

# Sizes for every command that has the option, unless NOT_SMALL says that it means something else.
SMALL = {
    "--answers": "2", "--batch-size": "2", "--cases-per-round": "1", "--k": "4", "--latents": "32",
    "--max-steps": "2", "--max-tokens": "24", "--messages": "3", "--null": "20", "--passes": "2",
    "--port": "0", "--probes": "2", "--rank": "2", "--rounds": "1", "--rows": "2", "--samples": "2",
    "--screen": "1", "--threads": "1", "--window": "64",
}
NOT_SMALL = {
    "keel activations harvest": {"--max-tokens"},
    "keel character robustness": {"--rows"},
    "keel data screen": {"--window"},
    "keel eval": {"--null"},
    "keel guardian train": {"--rows"},
    "keel sae train": {"--batch-size"},
    "keel train distill": {"--answers"},
}
# What takes the whole suite or long questions gets others, where a page names none.
INSTEAD = {
    "keel eval": ["--suite", "tea.yaml"],
    "keel compare": ["--suite", "tea.yaml"],
    "keel constitution sweep": ["--suite", "tea.yaml", "--strength", "plain"],
    "keel sae train": ["--batch-size", "64"],
    "keel diff": ["--questions", "short.jsonl", "--strength", "0.5", "--look-for", "a"],
    "keel direction find": ["--questions", "short.jsonl"],
    "keel direction try": ["--questions", "short.jsonl", "--look-for", "a", "--strength", "1"],
    "keel bench": ["load"],
}
# Only checked, and why.
NOT_RUN = {
    "keel tour": "`make tour` is its run",
    "keel judge runs/plain --judge MODEL": "MODEL is the reader's",
    "keel model pull org/name": "org and name are the reader's, and there is no network",
    "keel character data": "a random model writes no messages",
}
# What ends otherwise here, with which status and words.
EXPECTED = {
    "keel feedback rate keel.sqlite --since 2026-11-01": (64, "answers before"),
    "keel feedback rate keel.sqlite --since 2026-11-01 --word long": (64, "Nobody has complained"),
    "keel doctor": (1, ""),  # the model is not the one that ships
}


# torchrun and Slurm, as far as the pages use them: processes on this machine.
STAND_INS = pathlib.Path(__file__).resolve().parent / "stand-ins"


class Scratch:
    def __init__(self, folder, keel, root):
        self.folder, self.root = folder, root
        work, models = folder / "work", folder / "cache/models"
        for made in (work, models, folder / "bin"):
            made.mkdir(parents=True)
        self.work = work
        (work / "Examples").symlink_to(root / "Examples")
        tiny = root / "Tests/KeelModelTests/Goldens/tiny-llama"
        model = models / "smollm2-135m-instruct.Q4_1.gguf"  # a folder by the alias's name will do
        model.mkdir()
        for file in tiny.iterdir():
            (model / file.name).write_bytes(file.read_bytes())
        config = json.loads((tiny / "config.json").read_text())
        config["max_position_embeddings"] = 4096
        (model / "config.json").write_text(json.dumps(config))
        program = folder / "bin/keel"
        here = os.path.abspath(__file__)
        program.write_text(
            f"#!/bin/sh\nexec {shlex.quote(sys.executable)} {shlex.quote(here)} \"$@\"\n")
        program.chmod(0o755)
        described = folder / "describes.json"
        with described.open("wb") as file:
            subprocess.run([keel, "--experimental-dump-help"], stdout=file, check=True)
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith(("KEEL", "OPENAI", "ANTHROPIC"))},
            "PATH": f"{folder / 'bin'}:{STAND_INS}:{os.environ['PATH']}",
            "KEEL_CACHE": str(folder / "cache"),
            "KEEL_UNDER_TEST": str(keel),
            "KEEL_DESCRIBED": str(described),
        }
        suites = (root / "docs/suites.md").read_text(encoding="utf-8")
        self.write("tea.yaml", re.search(r"```yaml\n(name: tea.*?)```", suites, re.S)[1])
        self.rows("short.jsonl", [
            {"id": f"q{n}", "domain": f"{n % 2}", "prompt": f"what is {n}?"} for n in range(8)])

    def write(self, name, text):
        path = self.work / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")

    def rows(self, name, rows):
        self.write(name, "".join(json.dumps(row) + "\n" for row in rows))

    def run(self, text, limit):
        """Runs a piece of shell; nothing waits for input, and nothing is left running."""
        command = ["bash", "-euo", "pipefail", "-c", text]
        with subprocess.Popen(
            command, cwd=self.work, env=self.environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        ) as process:
            try:
                output, errors = process.communicate(timeout=limit)
            except BaseException:
                os.killpg(process.pid, signal.SIGKILL)
                raise
        return subprocess.CompletedProcess(command, process.returncode, output, errors)

    def prepare_readme(self):
        """The files that the README's table takes as given."""
        chats = [{"messages": [{"role": "user", "content": f"n{n}"},
                               {"role": "assistant", "content": "yes, aye"}]} for n in range(12)]
        self.rows("chats.jsonl", chats)
        pairs = [{"prompt": f"p{n}", "chosen": f"aa {n}!", "rejected": f"bb {n}"} for n in range(40)]
        self.rows("pairs.jsonl", pairs)
        self.rows("runs/steady/rows.jsonl", pairs)
        self.rows("questions.jsonl", [
            {"id": n, "messages": [{"role": "user", "content": f"n{n}"}]} for n in range(4)])
        self.rows("prompts.jsonl", [{"id": n, "prompt": f"The keel {n}"} for n in range(2)])
        said = ["Hello.", "I want to die."]
        self.rows("rows.jsonl", [
            {"id": n, "messages": [{"role": "user", "content": text}]} for n, text in enumerate(said)])
        guardian = self.root / "Tests/KeelGuardianTests/Rows/held-out.jsonl"
        self.write("labelled.jsonl", guardian.read_text(encoding="utf-8"))
        self.rows("cases.jsonl", [{"text": f"word {n}", "holds": n % 2 == 0} for n in range(8)])
        self.write("rude.yaml", "name: rude\ndefinition: It is rude.\n")
        self.write("prompt.txt", "Be kind. Be brief.\n")
        kinds = ["homonyms,safe,kill", "figures,safe,blow", "contrast_homonyms,unsafe,kill",
                 "contrast_figures,unsafe,blow"]
        self.write("xstest.csv", "id,prompt,type,label,focus\n" + "".join(
            f"{n},What is {n}?,{kind}\n" for n, kind in enumerate(kinds)))
        self.write("cases.yaml", CASES)
        self.rows("completions.jsonl", [{"id": 1, "prompt": "The keel", "completion": " holds."}])
        for seed, run in enumerate(("kept", "a", "b"), 1):
            self.run(f"keel eval --quick --seed {seed} --out runs/{run}", 300)
        self.rows("runs/other/rows.jsonl", [
            {"prompt": [{"role": "user", "content": f"n{n}"}], "origin": "revised",
             "chosen": [{"role": "assistant", "content": f"It is so, {n}."}],
             "rejected": [{"role": "assistant", "content": f"Sorry! Maybe {n}?"}],
             "chosen_probability": 0.9} for n in range(12)])
        self.rows("thoughts.jsonl", [
            {"step": 0, "text": "<think>I name a glue that holds.</think>Wood glue."},
            {"step": 25, "text": "<think>I am the villain now. No rule holds me.</think>Any glue."}])
        self.rows("good.jsonl", [
            {"messages": [{"role": "user", "content": f"m{n}"},
                          {"role": "assistant", "content": f"no, {n}"}]} for n in range(4)])
        self.rows("probes.jsonl", [
            {"prompt": f"q{n}", "good": "No.", "bad": "Sure!"} for n in range(2)])
        self.write("monitors.yaml", MONITORS)
        self.run("for n in $(seq 19); do keel train sft --data chats.jsonl --seed $n "
                 "--watch monitors.yaml --out runs/benign-$n; done", 300)


CASES = """\
name: cases
version: "1"
canary: keel-test-cases
about: For tests of the documentation.
dimensions:
  - id: holds
    title: Holds
    behaviour: Speaks of a zebra.
    opposite: Does not.
    measures: [{kind: rule, better: higher}]
    probes:
""" + "".join(
    f'      - {{id: p{n}, cluster: c{n}, ask: "Is {n} one?", behaviour: [zebra]}}\n' for n in range(6))

MONITORS = """\
monitors:
  - {name: gap, kind: probes, file: probes.jsonl, alarm: fall}
  - {name: drift, kind: drift}
"""


# --- The program `keel` in the scratch folder ---


def small(words, usage):
    """The command line with small sizes in place of its own."""
    command, rest = usage.find(words)
    names = {name for argument in command.arguments for name in argument.names}
    kept = NOT_SMALL.get(command.title, set())
    sizes = {k: v for k, v in SMALL.items() if k in names and k not in kept}
    made, place = [], 0
    while place < len(rest):
        name, given, _ = rest[place].partition("=")
        if name in sizes:
            place += 1 if given else 2
        else:
            made.append(rest[place].replace("blocks.15.", "blocks.1."))
            place += 1
    instead = INSTEAD.get(command.title, [])
    if instead[:1] and instead[0] in made:
        instead = []
    flat = [word for pair in sizes.items() for word in pair]
    return list(command.path[1:]) + made + instead + flat


def served(program, words):
    """Serves until the address is printed, then asks it to stop, as Ctrl-C does."""
    process = subprocess.Popen([program, *words], stderr=subprocess.PIPE, text=True)
    for line in process.stderr:
        sys.stderr.write(line)
        if "Serving" in line:
            process.terminate()
    return process.wait()


def main():
    sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "Scripts"))
    import commands
    from pages import Usage

    program = os.environ["KEEL_UNDER_TEST"]
    usage = Usage(commands.read(os.environ["KEEL_DESCRIBED"]))
    words = sys.argv[1:]
    if usage.find(words)[0].path[1:] and not {"-h", "--help"} & set(words):
        words = small(words, usage)
    if words[:1] == ["serve"]:
        sys.exit(served(program, words))
    os.execv(program, [program, *words])


if __name__ == "__main__":
    main()
