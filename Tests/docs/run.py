#!/usr/bin/env python3
"""Checks the documentation against the program; the standard library is enough.

    Tests/docs/run.py [--keel PROGRAM] [--only check|run] [PAGE ...]

- docs/commands.md is what the program says of itself; links lead to files that are there.
- Every command in every page takes the options that the page gives it.
- README.md and README.zh.md have the same commands.
- The commands of the README's table and of the how-tos run, in the order of the page, in a folder
  of their own, and print what the page says (a … in it stands for anything). The alias of the
  default model is a random model of two layers there, sizes are small ones (SMALL), and what stands
  in NOT_RUN or in a fence "sh no-run" is only checked.
- The reports that they write are read by axe in a browser (look.py), where `make clients` was run.

Nothing is fetched, and no file outside a scratch folder is written.
"""

import argparse
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
sys.path[:0] = [str(HERE), str(ROOT / "Scripts")]

import commands  # noqa: E402
from pages import Usage, blocks, mentions, table_commands, words_of  # noqa: E402
from scratch import EXPECTED, NOT_RUN, Scratch  # noqa: E402

READMES = ("README.md", "README.zh.md")
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
LIMIT = 300  # seconds for one command; far more than any needs, so that a hang shows


def pages():
    """All pages of the documentation, from the root of the clone."""
    found = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("Examples/**/*.md")]
    # The log and the decisions tell of programs as they were.
    past = {"CHANGELOG.md", "docs/lab-log.md", "docs/decisions.md", "docs/commands.md"}
    return sorted(p.relative_to(ROOT) for p in found if str(p.relative_to(ROOT)) not in past)


# --- Without running ---


def check_links():
    for page in [*pages(), Path("docs/commands.md")]:
        text = re.sub(r"```.*?```|`[^`]*`", "", (ROOT / page).read_text(encoding="utf-8"), flags=re.S)
        for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
            if "://" not in target and not (ROOT / page.parent / target).exists():
                yield f"{page}: the link to {target} leads nowhere"


def check_commands(usage):
    for page in pages():
        for block in blocks(page, ROOT):
            for words in words_of(block.text):
                if complaint := usage.complaint(words):
                    yield f"{block.place}: {complaint}: keel {' '.join(words)}"
        examples = set(table_commands(page, ROOT)) if str(page) in READMES else set()
        for number, command in mentions(page, ROOT):
            for words in words_of(command):
                if complaint := usage.complaint(words, whole=(number, command) in examples):
                    yield f"{page}:{number}: {complaint}: {command}"


def check_jobs(usage):
    """Job files for clusters: shell, and lists of words in YAML."""
    for job in sorted((ROOT / "Examples").glob("*/*.*")):
        text = job.read_text(encoding="utf-8")
        if job.suffix == ".yaml":
            lists = [json.loads(found) for found in re.findall(r"command: (\[.*\])", text)]
            text = "\n".join(map(shlex.join, lists))
        for words in words_of(text):
            if complaint := usage.complaint(words):
                yield f"{job.relative_to(ROOT)}: {complaint}: keel {' '.join(words)}"


def check_readmes():
    """Both READMEs have the same commands in their tables and fences, in the same order."""
    one, other = ([*readme_commands(name)] for name in READMES)
    for here, there in zip(one, other):
        if here != there:
            yield f"{READMES[1]} has {there!r} where {READMES[0]} has {here!r}"
            return
    if len(one) != len(other):
        yield f"{READMES[0]} has {len(one)} commands, {READMES[1]} has {len(other)}"


def readme_commands(name):
    for block in blocks(Path(name), ROOT):
        for line in block.text.splitlines():
            if command := line.split(" #")[0].strip():
                yield command
    for _, command in table_commands(Path(name), ROOT):
        yield command


def check_reference(keel):
    done = subprocess.run(
        [sys.executable, ROOT / "Scripts/commands.py", "markdown", "--keel", keel, "--check",
         ROOT / "docs/commands.md"], capture_output=True, text=True)
    if done.returncode:
        yield done.stderr.strip()


def check_snippets():
    """Every product has a catalogue, and what it shows is compiled: it stands in a test."""
    products = re.findall(r'\.library\(name: "(\w+)"', (ROOT / "Package.swift").read_text())
    for product in products:
        if not (ROOT / f"Sources/{product}/{product}.docc/{product}.md").exists():
            yield f"Sources/{product} has no catalogue {product}.docc/{product}.md"
    for page in sorted(ROOT.glob("Sources/*/*.docc/*.md")):
        test = ROOT / f"Tests/{page.stem}Tests/SnippetTests.swift"
        shown = re.findall(r"```swift\n(.*?)```", page.read_text(encoding="utf-8"), re.S)
        lines = [line.strip() for line in test.read_text().splitlines()] if test.exists() else []
        for code in shown:
            wanted = [line.strip() for line in code.strip().splitlines()]
            body = [line for line in wanted if not line.startswith("import ")]
            body = body[1:] if body[:1] == [""] else body
            whole = any(lines[n : n + len(body)] == body for n in range(len(lines)))
            if not whole or not {line for line in wanted if line.startswith("import ")} <= {*lines}:
                yield f"{page.relative_to(ROOT)} shows what {test.relative_to(ROOT)} does not run"


def check_history():
    """The page of what was measured can be made of what is recorded."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, ROOT / "Benchmarks/history.py", "--out", f"{folder}/history.html"],
            capture_output=True, text=True)
    if done.returncode:
        yield f"Benchmarks/history.py: {done.stderr.strip()}"


def check_version(keel):
    """The version of the program stands where people copy it from."""
    version = subprocess.run([keel, "--version"], capture_output=True, text=True).stdout.strip()
    for page, wanted in [("CITATION.cff", f"version: {version}\n"),
                         ("Examples/cluster/train.kubernetes.yaml", f"/keel:{version}\n"),
                         ("Examples/cluster/serve.kubernetes.yaml", f"/keel:{version}\n"),
                         ("docs/howto/install.md", f"keel-{version}-linux")]:
        if wanted not in (ROOT / page).read_text(encoding="utf-8"):
            yield f"{page} does not say {wanted.strip()!r}"


# --- Running ---


def run_page(page, keel):
    """Runs a page's commands in order; a complaint for each that does not do what the page says."""
    folder = Path(tempfile.mkdtemp(prefix="keel-docs-"))
    complaints = []
    try:
        scratch = Scratch(folder, keel, ROOT)
        if str(page) == READMES[0]:
            scratch.prepare_readme()
            steps = [(f"{page}:{n}", c.replace("&", "|"), None) for n, c in table_commands(page, ROOT)]
        else:
            steps = [(b.place, b.text, b.prints) for b in blocks(page, ROOT) if b.runs]
        for place, text, prints in steps:
            if any(text.startswith(command) for command in NOT_RUN):
                continue
            try:
                done = scratch.run(text, LIMIT)
            except subprocess.TimeoutExpired:
                complaints.append(f"{place}: still running after {LIMIT} s:\n{indent(text)}")
                continue
            status, said = EXPECTED.get(text, (0, ""))
            if done.returncode != status or said not in done.stderr:
                complaints.append(
                    f"{place}: status {done.returncode} in place of {status}:\n{indent(text)}\n"
                    f"{indent((done.stdout + done.stderr)[-1500:])}")
            elif prints is not None and not matches(prints, done.stdout):
                complaints.append(
                    f"{place}: prints otherwise than the page says:\n{indent(done.stdout)}")
        complaints += look_at([*scratch.work.rglob("*.html")], page)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return complaints


def look_at(reports, page):
    python, browser = client_python(), next(filter(None, map(shutil.which, BROWSERS)), None)
    if not (reports and python and browser):
        return []
    done = subprocess.run([python, HERE / "look.py", browser, *reports], capture_output=True, text=True)
    said = done.stdout.splitlines() or ([done.stderr[-1500:]] if done.returncode else [])
    return [f"{page}: the report {line}" for line in said]


def client_python():
    """The Python that `make clients` has installed, if it has."""
    cache = os.environ.get("KEEL_CACHE") or os.path.join(
        os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"), "keel")
    found = os.environ.get("KEEL_CLIENT_PYTHON") or os.path.join(cache, "client-venv/bin/python")
    return found if os.access(found, os.X_OK) else None


def matches(pattern, text):
    """Whether the text is as a page shows it; … stands for anything, also for several lines."""
    parts = [re.escape(" ".join(part.split())) for part in pattern.strip().split("…")]
    return re.fullmatch(".*".join(parts), " ".join(text.split()), re.S) is not None


def indent(text):
    return "\n".join("    " + line for line in text.rstrip().splitlines())


def main():
    parser = argparse.ArgumentParser(prog="run.py", description=__doc__.split("\n", 1)[0])
    parser.add_argument("--keel", default=str(commands.PROGRAM))
    parser.add_argument("--only", choices=["check", "run"])
    parser.add_argument("pages", nargs="*", type=Path)
    options = parser.parse_args()
    keel = Path(options.keel).resolve()
    if not keel.exists():
        parser.error(f"{keel} is not there: run 'make build' first")
    complaints = []
    if options.only != "run":
        usage = Usage(commands.read(keel))
        for found in (check_reference(keel), check_links(), check_commands(usage),
                      check_jobs(usage), check_readmes(), check_snippets(), check_history(),
                      check_version(keel)):
            complaints += found
    if options.only != "check":
        wanted = options.pages or [Path("README.md"), *(
            p.relative_to(ROOT) for p in sorted(ROOT.glob("docs/howto/*.md")))]
        with ThreadPoolExecutor(2) as pool:
            for found in pool.map(lambda page: run_page(page, keel), wanted):
                complaints += found
    for complaint in complaints:
        print(complaint)
    sys.exit(f"{len(complaints)} complaints." if complaints else 0)


if __name__ == "__main__":
    main()
