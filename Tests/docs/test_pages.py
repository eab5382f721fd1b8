"""Tests of the checks themselves, on pages and a program that are made up."""

import tempfile
import unittest
from pathlib import Path

import commands
from pages import Usage, blocks, table_commands, words_of
from run import matches


def option(name, **more):
    return {"kind": "option", "shouldDisplay": True, "isOptional": True, "isRepeating": False,
            "names": [{"kind": "long", "name": name}], "valueName": name} | more


TOOL = {"commandName": "keel", "subcommands": [
    {"commandName": "judge", "defaultSubcommand": "answers", "subcommands": [
        {"commandName": "answers", "arguments": [
            option("run", kind="positional", names=[], isOptional=False),
            option("judge", isOptional=False), option("reading", allValues=["quoted", "scored"]),
            option("json", kind="flag")]},
        {"commandName": "pairs", "arguments": []}]},
]}
USAGE = Usage(commands.command(TOOL, ()))


class CommandLines(unittest.TestCase):
    def test_lines_that_the_program_takes(self):
        for line in ["judge a --judge m", "judge answers a --judge=m --json", "judge pairs",
                     "judge a --judge m --reading scored", "judge --help", "help judge answers"]:
            self.assertIsNone(USAGE.complaint(line.split()), line)

    def test_lines_that_it_refuses(self):
        for line, part in [
            ("judge a", "needs --judge"), ("judge --judge m", "needs more arguments"),
            ("judge a --jugde m", "no option --jugde"), ("juge a", "no subcommand 'juge'"),
            ("judge a b --judge m", "takes 1 arguments"), ("judge a --judge", "needs a value"),
            ("judge a --judge --json", "needs a value"),
            ("judge a --judge m --reading loud", "takes no 'loud'"),
        ]:
            self.assertIn(part, USAGE.complaint(line.split()) or "", line)

    def test_a_mention_need_not_be_whole(self):
        self.assertIsNone(USAGE.complaint(["judge", "--reading"], whole=False))
        self.assertIn("no option", USAGE.complaint(["judge", "--loud"], whole=False))


class Shell(unittest.TestCase):
    def test_commands_are_found_wherever_they_stand(self):
        text = (
            "cat >a.yaml <<'END'\nkeel no command\nEND\n"
            "KEEL_TOKEN=x keel serve # a comment\n"
            "echo 'keel is a word' | keel tokenize >out.txt && bin/keel doctor\n"
            "torchrun --nproc-per-node 2 keel train sft \\\n  --data a\n"
            "alias keel=b\n")
        self.assertEqual(
            [*words_of(text)],
            [["serve"], ["tokenize"], ["doctor"], ["train", "sft", "--data", "a"]])


class Pages(unittest.TestCase):
    def test_fences_and_tables_are_read(self):
        page = (
            "```sh\nkeel a\n```\n\n```text\nA …\n```\n\n```sh no-run\nkeel b\n```\nwords\n"
            "```text\nnot of b\n```\n\n```sh\nkeel c\n```\n```text default\nof c\n```\n"
            "| x | `keel d`, `echo e \\| keel e` |\n")
        with tempfile.TemporaryDirectory() as folder:
            (Path(folder) / "page.md").write_text(page, encoding="utf-8")
            found = [*blocks(Path("page.md"), Path(folder))]
            table = [*table_commands(Path("page.md"), Path(folder))]
        self.assertEqual([(b.line, b.text, b.runs, b.prints) for b in found], [
            (1, "keel a\n", True, "A …\n"), (9, "keel b\n", False, None),
            (17, "keel c\n", True, None)])
        self.assertEqual([c for _, c in table], ["keel d", "echo e & keel e"])

    def test_what_is_printed_is_held_to_the_page(self):
        self.assertTrue(matches("a  b\n…\nReport: …/r.html\n", "a b\nmore\nlines\nReport: /x/r.html\n"))
        self.assertTrue(matches("1 entry holds; … .", "1  entry holds; the rest .\n"))
        self.assertFalse(matches("a b", "a b c"))
        self.assertFalse(matches("a … c", "a b"))


if __name__ == "__main__":
    unittest.main()
