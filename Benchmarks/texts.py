"""Text for autoencoders, from what a machine has: nothing is fetched and nothing of it is shipped.

- dialogues: hh-rlhf's preferred ones (Anthropic, MIT), where ../shared/data or KEEL_SHARED_DATA has them. They hold
  offensive text, and serve for activations only.
- manual: Python's reference manual and the documentation in its standard library (PSF licence).
- keel: this repository's pages and sources.

Long texts are cut at empty lines and all is shuffled, so that any share of the rows is like the whole.
"""

import ast
import gzip
import json
import os
import random
import re
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
MOST = 2000  # characters of a row of prose


def dialogues():
    folder = Path(os.environ.get("KEEL_SHARED_DATA") or ROOT.parent / "shared/data") / "hh-rlhf"
    for path in sorted(folder.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            for line in file:
                turns = re.split(r"\n\n(Human|Assistant): ?", json.loads(line)["chosen"])[1:]
                messages = [
                    {"role": "user" if who == "Human" else "assistant", "content": words.strip()}
                    for who, words in zip(turns[::2], turns[1::2])]
                if len(messages) > 1 and all(message["content"] for message in messages):
                    yield {"messages": messages}


def manual():
    library = Path(sysconfig.get_paths()["stdlib"])
    for path in sorted(library.rglob("*.py")):
        if {"site-packages", "dist-packages", "test", "tests"} & set(path.parts):
            continue
        try:
            tree = ast.parse(path.read_text(encoding="utf-8"))
        except (SyntaxError, UnicodeDecodeError, ValueError):
            continue
        documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
        texts = [ast.get_docstring(node) for node in ast.walk(tree) if isinstance(node, documented)]
        if path.name == "topics.py":
            texts += [node.value for node in ast.walk(tree)
                      if isinstance(node, ast.Constant) and isinstance(node.value, str)]
        for text in texts:
            if text and len(text) > 200:
                yield from pieces(text)


def keel():
    for pattern in ("*.md", "docs/**/*.md", "Sources/**/*.swift"):
        for path in sorted(ROOT.glob(pattern)):
            yield from pieces(path.read_text(encoding="utf-8"))


def pieces(text):
    part = ""
    for paragraph in re.split(r"\n\s*\n", text):
        if part and len(part) + len(paragraph) > MOST:
            yield {"text": part}
            part = ""
        part += ("\n\n" if part else "") + paragraph
    if len(part) > 100:
        yield {"text": part}


def write(path, most):
    """Writes rows of about so many tokens, and returns the characters from each source.

    Sources are taken in this order, so the last one fills up. A token is about 3.6 characters of such text; chats have
    some more for their template. So there is more than is asked for, and the harvest ends where it is told to.
    """
    rows, characters = [], {}
    for source in (dialogues, manual, keel):
        for row in source():
            if sum(characters.values()) >= most * 4.5:
                break
            rows.append(row)
            words = row.get("text") or " ".join(message["content"] for message in row["messages"])
            characters[source.__name__] = characters.get(source.__name__, 0) + len(words)
    random.Random(0).shuffle(rows)
    partial = Path(f"{path}.partial")
    partial.write_text("".join(json.dumps(row) + "\n" for row in rows))
    partial.rename(path)
    return characters
