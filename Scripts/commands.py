#!/usr/bin/env python3
"""Writes what the program says of its own commands as documents; the standard library is enough.

    commands.py markdown [--keel PROGRAM] [--check] FILE   one page, docs/commands.md
    commands.py man [--keel PROGRAM] FOLDER                a manual page for each command

PROGRAM, .build/release/keel by default, is asked with --experimental-dump-help; a file with what it
printed will do. --check writes nothing and ends with status 1 where FILE says something else.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PROGRAM = ROOT / ".build/release/keel"


@dataclass(frozen=True)
class Argument:
    """An option, a flag or a positional argument."""

    names: tuple  # as typed, dashes included; of a positional, its value's name
    kind: str  # "option", "flag" or "positional"
    value: str
    about: str
    default: str
    values: tuple
    is_optional: bool
    is_repeating: bool

    @property
    def name(self):
        """The name to use in a usage line, the longest one."""
        return max(self.names, key=len)

    @property
    def usage(self):
        value = f"<{self.value}>"
        return {"flag": self.name, "option": f"{self.name} {value}", "positional": value}[self.kind]

    def sentences(self):
        """What it is, its values and its default, each as a sentence."""
        if self.about:
            yield self.about
        if self.values and not all(value in self.about for value in self.values):
            yield f"One of: {', '.join(self.values)}."
        if self.default:
            yield f"Default: {self.default}."


@dataclass(frozen=True)
class Command:
    path: tuple
    about: str
    discussion: str
    arguments: tuple
    subcommands: tuple
    default_subcommand: str

    @property
    def title(self):
        return " ".join(self.path)

    def usage(self):
        if self.subcommands:
            return f"{self.title} <subcommand>"
        shown = [a for a in self.arguments if a.name not in ("--help", "--version")]
        parts = [self.title] + (["[options]"] if any(map(is_extra, shown)) else [])
        for argument in shown:
            dots = " ..." if argument.is_repeating else ""
            if not argument.is_optional:
                parts.append(argument.usage + dots)
            elif argument.kind == "positional":
                parts.append(f"[{argument.usage}{dots}]")
        return " ".join(parts)

    def all(self):
        """This command and all below it, as the program lists them."""
        yield self
        for command in self.subcommands:
            yield from command.all()


def is_extra(argument):
    return argument.is_optional and argument.kind != "positional"


# --- Reading ---


def read(program):
    """The root command, from the program or from a file with what it printed."""
    path = Path(program)
    if path.suffix == ".json":
        text = path.read_text(encoding="utf-8")
    else:
        environment = {k: v for k, v in os.environ.items() if k != "COLUMNS"}
        text = subprocess.run(
            [path, "--experimental-dump-help"], env=environment, check=True, stdout=subprocess.PIPE
        ).stdout
    tool = json.loads(text)
    if tool["serializationVersion"] != 0:
        sys.exit(f"{program} describes itself in a form that is not known here.")
    return command(tool["command"], ())


def command(about, parents):
    path = (*parents, about["commandName"])
    return Command(
        path,
        about.get("abstract", ""),
        about.get("discussion", ""),
        tuple(argument(a) for a in about.get("arguments", []) if a["shouldDisplay"]),
        tuple(
            command(c, path)
            for c in about.get("subcommands", [])
            if c["commandName"] != "help" and c.get("shouldDisplay", True)
        ),
        about.get("defaultSubcommand", ""),
    )


def argument(about):
    dashes = {"long": "--", "short": "-", "longWithSingleDash": "-"}
    names = [dashes[name["kind"]] + name["name"] for name in about.get("names", [])]
    return Argument(
        tuple(names) or (about.get("valueName", ""),),
        about["kind"],
        about.get("valueName", ""),
        about.get("abstract", ""),
        about.get("defaultValue", ""),
        tuple(about.get("allValues", [])),
        about["isOptional"],
        about["isRepeating"],
    )


# --- One page ---


def markdown(root):
    yield "# Commands"
    yield ""
    yield "Made from the program by `make reference`; `make test-docs` says when it is out of date."
    yield ""
    for one in root.subcommands:
        yield f"- [`{one.title}`](#{anchor(one)}): {text(one.about)}"
        for below in one.all():
            if below is not one:
                yield f"  - [`{below.title}`](#{anchor(below)}): {text(below.about)}"
    for one in root.all():
        yield ""
        yield f"{'##' if len(one.path) < 3 else '###'} {one.title}"
        yield ""
        yield text(one.about)
        if one.default_subcommand:
            yield ""
            yield f"Without a subcommand, it is `{one.title} {one.default_subcommand}`."
        for paragraph in paragraphs(one.discussion):
            yield ""
            yield text(paragraph)
        yield ""
        yield "```"
        yield one.usage()
        yield "```"
        shown = [a for a in one.arguments if a.name not in ("--help", "--version")]
        if shown and not one.subcommands:
            yield ""
            yield "| | |"
            yield "|---|---|"
        for each in shown if not one.subcommands else []:
            names = ", ".join(f"`{name}`" for name in each.names)
            if each.kind == "option":
                names += f" `<{each.value}>`"
            repeated = ["May be given several times."] if each.is_repeating else []
            words = list(each.sentences())
            if repeated and "several times" not in each.about:
                words += repeated
            yield f"| {names} | {cell(' '.join(words))} |"


def anchor(one):
    return "-".join(one.path)


def paragraphs(words):
    return [" ".join(part.split()) for part in words.split("\n\n") if part.strip()]


def text(words):
    """Plain words for Markdown: what would be markup is shown as it is."""
    return re.sub(r"([\\`*_<>\[\]|])", r"\\\1", words)


def cell(words):
    return text(" ".join(words.split()))


# --- Manual pages ---


def manual(one, version, root):
    """A page for `man`, in the macros of man(7)."""
    name = "-".join(one.path)
    yield f'.TH "{roff(name.upper())}" "1" "" "keel {roff(version)}" "Keel"'
    yield ".SH NAME"
    yield f"{roff(name)} \\- {roff(one.about)}"
    yield ".SH SYNOPSIS"
    yield f".B {roff(one.usage())}"
    if one.discussion or one.default_subcommand:
        yield ".SH DESCRIPTION"
    if one.default_subcommand:
        yield f"Without a subcommand, it is {roff(one.title + ' ' + one.default_subcommand)}."
    for paragraph in paragraphs(one.discussion):
        yield ".PP"
        yield line(paragraph)
    if one.subcommands:
        yield ".SH SUBCOMMANDS"
        for below in one.subcommands:
            yield ".TP"
            yield f".B {roff(below.title)}"
            yield line(below.about)
    if one.arguments:
        yield ".SH OPTIONS"
    for each in one.arguments:
        yield ".TP"
        names = ", ".join(each.names) if each.kind != "positional" else f"<{each.value}>"
        if each.kind == "option":
            names += f" <{each.value}>"
        yield f".B {roff(names)}"
        yield line(" ".join(each.sentences()) or "See above.")
    relatives = [c for c in root.all() if c.path == one.path[:-1] or c.path[:-1] == one.path]
    if relatives:
        yield ".SH SEE ALSO"
        yield ", ".join(f"{roff('-'.join(c.path))}(1)" for c in relatives)


def roff(words):
    plain = " ".join(words.split()).replace("\\", "\\e").replace("-", "\\-")
    return "".join(c if c.isascii() else f"\\[u{ord(c):04X}]" for c in plain)


def line(words):
    """A line of running text; none begins as a request would."""
    made = roff(words)
    return "\\&" + made if made[:1] in (".", "'") else made


# --- The program ---


def main():
    parser = argparse.ArgumentParser(prog="commands.py", description=__doc__.split("\n", 1)[0])
    parser.add_argument("form", choices=["markdown", "man"])
    parser.add_argument("--keel", default=str(PROGRAM), help="the program, or its JSON")
    parser.add_argument("--check", action="store_true")
    parser.add_argument("target", type=Path)
    options = parser.parse_args()
    if not Path(options.keel).exists():
        parser.error(f"{options.keel} is not there: run 'make build' first")
    root = read(options.keel)
    if options.form == "man":
        options.target.mkdir(parents=True, exist_ok=True)
        version = "" if options.keel.endswith(".json") else subprocess.check_output(
            [options.keel, "--version"], text=True).strip()
        for one in root.all():
            page = "\n".join(manual(one, version, root)) + "\n"
            (options.target / f"{'-'.join(one.path)}.1").write_text(page, encoding="utf-8")
        return
    page = "\n".join(markdown(root)) + "\n"
    if not options.check:
        options.target.write_text(page, encoding="utf-8")
    elif not options.target.exists() or options.target.read_text(encoding="utf-8") != page:
        sys.exit(f"{options.target} is not what the program says; 'make reference' writes it anew.")


if __name__ == "__main__":
    try:
        main()
    except (subprocess.CalledProcessError, OSError) as error:
        sys.exit(f"commands.py: {error}")
