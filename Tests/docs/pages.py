"""Finds commands in Markdown, and holds them to what the program says of itself."""

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^( *)```(\S*) ?(.*?)\n(.*?)^\1``` *$", re.M | re.S)
# In a table, a bar is written "\\|"; it is "&" here until the command runs.
INLINE = re.compile(r"`((?:echo [^`&]*& )?keel [^`]+)`")


@dataclass
class Block:
    """A fence of shell commands, and what the page says that it prints."""

    page: Path
    line: int
    text: str
    runs: bool  # "```sh no-run" is only checked
    prints: str | None

    @property
    def place(self):
        return f"{self.page}:{self.line}"


def blocks(page, root):
    """The fences of kind `sh` of a page; a fence of kind `text` right behind says what is printed."""
    source = (root / page).read_text(encoding="utf-8")
    fences = list(FENCE.finditer(source))
    for number, fence in enumerate(fences):
        if fence[2] != "sh":
            continue
        after = fences[number + 1] if number + 1 < len(fences) else None
        prints = None
        if after and after[2] == "text" and not source[fence.end() : after.start()].strip():
            # "```text default" is what the model that ships prints, which does not run here.
            prints = None if after[3] == "default" else after[4]
        line = source.count("\n", 0, fence.start()) + 1
        yield Block(page, line, fence[4], fence[3] != "no-run", prints)


def table_commands(page, root):
    """The commands in the second column of a page's tables, with their lines."""
    for number, line in enumerate((root / page).read_text(encoding="utf-8").splitlines(), 1):
        if line.startswith("|"):
            for command in INLINE.findall(line.replace(r"\|", "&")):
                yield number, command


def mentions(page, root):
    """Every command in running text and tables, fences left out, with their lines."""
    source = (root / page).read_text(encoding="utf-8")
    source = FENCE.sub(lambda m: "\n" * m[0].count("\n"), source)
    for number, line in enumerate(source.splitlines(), 1):
        for command in INLINE.findall(line.replace(r"\|", "&")):
            yield number, command


def words_of(text):
    """The command lines of keel in a piece of shell, each as its words behind `keel`.

    What stands in a here-document is no command. A launcher before it (torchrun, srun, time) and
    what is assigned for it are passed over.
    """
    lines, end = [], None
    for line in text.replace("\\\n", " ").splitlines():
        if end is not None:
            end = None if line.strip() == end else end
            continue
        here = re.search(r"<<-?\s*'?\"?(\w+)'?\"?", line)
        end = here[1] if here else None
        lines.append(line)
    for line in lines:
        lexer = shlex.shlex(line, posix=True, punctuation_chars="|&;<>()")
        lexer.whitespace_split = True
        command = []
        for word in [*lexer, "|"]:
            if re.fullmatch(r"[|&;()]+", word):
                yield from behind_keel(command)
                command = []
            else:
                command.append(word)


def behind_keel(command):
    for number, word in enumerate(command):
        if word in ("alias", "export", "install"):
            return
        if word == "keel" or word.endswith("/keel"):
            words = []
            rest = iter(command[number + 1 :])
            for each in rest:
                if re.fullmatch(r"[<>]+", each):
                    next(rest, None)  # a file it is read from or written to
                else:
                    words.append(each)
            yield words
            return


class Usage:
    """What the program takes, by its own description (`commands.read`)."""

    def __init__(self, root):
        self.root = root

    def find(self, words):
        """The command that `words` name, and the words behind its name."""
        command, rest = self.root, list(words)
        while command.subcommands:
            named = [c for c in command.subcommands if rest and c.path[-1] == rest[0]]
            if named:
                command, rest = named[0], rest[1:]
            elif command.default_subcommand:
                command = next(
                    c for c in command.subcommands if c.path[-1] == command.default_subcommand)
            else:
                break
        return command, rest

    def complaint(self, words, whole=True):
        """What is wrong with a command line, or nothing. Mentions need not be `whole`."""
        if words[:1] == ["help"]:
            words, whole = words[1:], False
        command, rest = self.find(words)
        known = {name: a for a in command.arguments for name in a.names}
        if not whole:  # "keel train --steer" may be said of any command below
            rest = [word for word in rest if word not in ("...", "…")]
            known = {name: a for c in command.all() for a in c.arguments for name in a.names}
        if command.subcommands and whole and not rest:
            return f"{command.title} needs a subcommand"
        positional, seen, options = 0, set(), True
        rest = iter(rest)
        for word in rest:
            if options and word == "--":
                options = False
            elif options and re.match(r"-[^\d]", word):
                name, given, value = word.partition("=")
                if name in ("-h", "--help", "--version", "--generate-completion-script"):
                    return None
                argument = known.get(name)
                if argument is None or argument.kind == "positional":
                    return f"{command.title} has no option {name}"
                seen.add(argument.names)
                if argument.kind == "flag":
                    continue
                value = value if given else next(rest, None)
                if value is None or (not given and re.match(r"-[^\d]", value)):
                    if whole:
                        return f"{name} of {command.title} needs a value"
                elif argument.values and value not in argument.values and whole:
                    return f"{name} of {command.title} takes no {value!r}"
            elif command.subcommands:
                return f"{command.title} has no subcommand {word!r}"
            else:
                positional += 1
        places = [a for a in command.arguments if a.kind == "positional"]
        if positional > len(places) and not any(a.is_repeating for a in places):
            return f"{command.title} takes {len(places)} arguments, not {positional}"
        if whole:
            if positional < sum(not a.is_optional for a in places):
                return f"{command.title} needs more arguments"
            for argument in command.arguments:
                if not argument.is_optional and argument.kind != "positional":
                    if argument.names not in seen:
                        return f"{command.title} needs {argument.name}"
        return None
