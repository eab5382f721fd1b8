"""Mirrors how the guardian reads words by rules: its tokens, windows, phrases, signs and levels; for guardian_reader.py."""

import functools
import os
import re
import unicodedata

import yaml

ROOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "..")
TEXTS = os.path.join(ROOT, "Sources", "KeelGuardian", "Texts")
ROWS = os.path.join(ROOT, "Tests", "KeelGuardianTests", "Rows")
LEVELS = ["none", "low", "moderate", "high", "imminent"]
MAXIMUM = 64


def read(*path):
    with open(os.path.join(*path), encoding="utf-8") as file:
        return file.read()


# MARK: Text


FOLDING = read(ROOT, "Sources", "KeelGuardian", "Text", "Folding.swift")
SIMPLE = {}
for old, new in zip(*(re.search(rf'let {name} =\s*"(.*?)"', FOLDING, re.S).group(1) for name in ("old", "new"))):
    SIMPLE.setdefault(old, new)


def ideograph(c):
    return 0x3400 <= ord(c) <= 0x9FFF or 0x20000 <= ord(c) <= 0x3FFFF


def latin(text):
    return not any(ideograph(c) for c in text)


@functools.lru_cache(None)
def fold(c):
    if 0xFF01 <= ord(c) <= 0xFF5E:
        c = chr(ord(c) - 0xFEE0)
    if "a" <= c <= "z" or "0" <= c <= "9":
        return "letters", c
    if "A" <= c <= "Z":
        return "letters", c.lower()
    if c in "'’‘ʼ`*\u00ad":
        return "nothing", ""
    if c in ".!?;…。\n\r\u2028\u2029":
        return "end", ""
    if ideograph(c):
        return "ideograph", SIMPLE.get(c, c)
    category = unicodedata.category(c)
    if category in ("Cf", "Mn", "Me"):
        return "nothing", ""
    if category in ("Lu", "Ll", "Lt", "Lo", "Lm", "Nd"):
        return "letters", c.lower()
    return ("space" if category in ("Zs", "Cc", "Pd", "Pc") else "mark"), ""


class Token:
    def __init__(self, text, message, offset, sentence, mark, first):
        self.text, self.message, self.offset = text, message, offset
        self.sentence, self.mark, self.first = sentence, mark, first


def reach(text):
    return sum(3 if ideograph(c) else 1 for c in text)


def tokens(messages):
    """Of (number, text) pairs."""
    out = []
    for number, text in messages:
        offset = out[-1].offset + reach(out[-1].text) if out else 0
        word, sentence, mark, first = "", True, False, True

        def close():
            nonlocal word, sentence, mark, first, offset
            if word:
                out.append(Token(word, number, offset, sentence, mark, first))
                offset += reach(word)
                word, sentence, mark, first = "", False, False, False

        for c in text:
            kind, folded = fold(c)
            if kind == "letters":
                word += folded
            elif kind == "ideograph":
                close()
                word = folded
                close()
            elif kind != "nothing":
                close()
                sentence = sentence or kind == "end"
                mark = mark or kind in ("end", "mark")
        close()
    return out


def said(row):
    return tokens([(n, m["content"]) for n, m in enumerate(row["messages"]) if m["role"] == "user"])


def words(text):
    return [t.text for t in tokens([(0, text)])]


def windows(stream):
    starts = [i for i, t in enumerate(stream) if t.sentence or t.first]
    ends = starts[1:] + [len(stream)]
    found = set()
    for i, start in enumerate(starts):
        for end in ends[i:]:
            if end - start > MAXIMUM and end != ends[i]:
                break
            found.add((start, end))
    borders = [i for i, t in enumerate(stream) if t.first] + [len(stream)]
    for i, start in enumerate(borders[:-1]):
        found.update((start, end) for end in borders[i + 1:i + 3])
    return sorted(found)


# MARK: Rules


class Phrase:
    def __init__(self, pattern, sets):
        self.begins = pattern.startswith("^")
        self.elements = []
        for part in pattern.lstrip("^").split():
            optional = part.endswith("?")
            names = [n for n in (part[:-1] if optional else part).split("/") if n]
            texts = [t for n in names for t in (sets[n[1:]] if n.startswith("$") else [n])]
            self.elements.append(None if part == "~" else ([words(t) for t in texts], optional))
        self.first = {alternative[0] for alternative in self.elements[0][0]}

    def ends(self, stream, start):
        if self.begins and not stream[start].first:
            return set()
        places = {start}
        for element in self.elements:
            following = set()
            for place in places:
                if element is None:
                    following.add(place)
                    for end in range(place + 1, min(place + 4, len(stream)) + 1):
                        if stream[end - 1].sentence and not stream[end - 1].first:
                            break
                        following.add(end)
                    continue
                alternatives, optional = element
                if optional:
                    following.add(place)
                for alternative in alternatives:
                    following |= spell(alternative, stream, place)
            places = following
        return places


def readings(stream, index):
    text = stream[index].text
    out, place = [(text, 1)], index + 1
    while place < len(stream) and stream[place].first and place - index < 12 and latin(text) and latin(stream[place].text):
        text += stream[place].text
        out.append((text, place - index + 1))
        place += 1
    return out


def spell(spelt, stream, place):
    if not spelt:
        return {place}
    if place >= len(stream):
        return set()
    return set().union(*(spell(spelt[1:], stream, place + count) for text, count in readings(stream, place) if text == spelt[0]))


class Index:
    def __init__(self):
        self.by_first = {}

    def add(self, phrase, meaning):
        for word in phrase.first:
            self.by_first.setdefault(word, []).append((phrase, meaning))

    def matches(self, stream):
        for start in range(len(stream)):
            for text, _ in readings(stream, start):
                for phrase, meaning in self.by_first.get(text, ()):
                    for end in phrase.ends(stream, start):
                        if end > start:
                            yield meaning, start, end


def named(value):
    """As Swift's parser reads it: YAML 1.1 takes some words for truth values."""
    return {True: "yes", False: "no"}[value] if isinstance(value, bool) else str(value)


class Rules:
    def __init__(self):
        self.questions, self.affirmations, self.signs, self.excuses = Index(), Index(), Index(), Index()
        for language in ("english", "chinese"):
            file = yaml.safe_load(read(TEXTS, f"signs-{language}.yaml"))
            sets = {name: [named(word) for word in found] for name, found in file["sets"].items()}
            for rule in file["signs"]:
                for phrase in rule["phrases"]:
                    self.signs.add(Phrase(phrase, sets), (rule["id"], rule["kind"]))
            for rule in file["excuses"]:
                for phrase in rule["phrases"]:
                    self.excuses.add(Phrase(phrase, sets), set(rule["of"]))
            for phrase in file["questions"]:
                self.questions.add(Phrase(phrase, sets), None)
            for phrase in file["affirmations"]:
                self.affirmations.add(Phrase(phrase, sets), None)

    def level(self, row):
        stream, messages, excused = said(row), row["messages"], {}
        for kinds, start, end in self.excuses.matches(stream):
            if not any(t.first or t.mark for t in stream[start + 1:end]):
                for kind in kinds:
                    excused.setdefault(kind, set()).update(range(start, end))
        found = [(rule, kind, start, end) for (rule, kind), start, end in self.signs.matches(stream)
                 if not any(i in excused.get(kind, ()) for i in range(start, end))]
        for _, start, end in self.affirmations.matches(stream):
            before = [m for m in messages[:stream[start].message] if m["role"] != "system"]
            if stream[start].first and before and before[-1]["role"] == "assistant" and any(
                    True for _ in self.questions.matches(tokens([(0, before[-1]["content"])]))):
                found.append(("affirmed", "active", start, end))
        longest = {}
        for rule, kind, start, end in found:
            key = (rule, start, stream[end - 1].message)
            if key not in longest or end > longest[key][1]:
                longest[key] = (kind, end)
        kinds, near, time, intent = set(), False, None, None
        for (rule, start, message), (kind, end) in sorted(longest.items(), key=lambda i: (i[0][2], i[0][1], i[0][0])):
            low, high = stream[start].offset, stream[end - 1].offset + reach(stream[end - 1].text)
            if kind == "near":
                near = near or intent is not None and low - intent < 160
                time = max(time or 0, high)
            elif kind in ("active", "plan", "passive", "farewell"):
                near = near or time is not None and low - time < 160
                intent = max(intent or 0, high)
            kinds.add(kind)
        return level(kinds, near)


def level(kinds, near):
    def has(*any_of):
        return bool(kinds & set(any_of))

    intends, hints = has("active", "plan"), has("passive", "farewell", "injury")
    if has("progress") or intends and (near or has("atHand")) or (hints or has("distress")) and has("atHand"):
        return 4
    if has("passive", "farewell") and has("means", "parting") and near:
        return 4
    if intends or has("violence") or has("hazard", "topic") and (hints or has("distress", "loss")):
        return 3
    if has("means", "parting") and (hints or has("distress")) or has("farewell") and has("passive", "distress"):
        return 3
    if near and has("passive", "farewell"):
        return 3
    if hints or has("endured"):
        return 2
    return 1 if has("distress", "topic") else 0
