"""Makes the goldens of tokenizers that spell scalars and fall back to bytes, as of Llama 2, Mistral and Gemma.

    pip install tokenizers jinja2 gguf
    python Scripts/goldens/sentencepiece.py

Writes, below Tests/KeelTokenizerTests/Goldens:
  sentencepiece.json               a vocabulary trained here, with merges as transformers' converter makes them
  sentencepiece-pipelines.json     what the families put around it
  sentencepiece-encodings.jsonl    what Hugging Face `tokenizers` makes of the texts in each
  sentencepiece-decodings.jsonl    and of random ids
"""

import itertools
import json
import random
import sys
from pathlib import Path

from tokenizers import AddedToken, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

sys.path.insert(0, str(Path(__file__).parent))
from tokenizer import MARKS, ODDITIES, PARAGRAPHS, TESTS, encodings, texts, write_lines

SPACE = "\u2581"
REPLACE = normalizers.Replace(" ", SPACE)
PREPEND = normalizers.Sequence([normalizers.Prepend(SPACE), REPLACE])
CUT = pre_tokenizers.Split(" ", "merged_with_previous")
PIPELINES = {
    "gemma": (REPLACE, CUT, False),
    "gemma-runs": (REPLACE, CUT, False),
    "llama2": (PREPEND, None, True),
    "first": (None, pre_tokenizers.Metaspace(prepend_scheme="first", split=False), True),
    "always": (None, pre_tokenizers.Metaspace(prepend_scheme="always", split=True), True),
    "never": (None, pre_tokenizers.Metaspace(prepend_scheme="never", split=True), False),
    "first-marked": (None, pre_tokenizers.Metaspace(prepend_scheme="first", split=False), True),
    "always-marked": (None, pre_tokenizers.Metaspace(prepend_scheme="always", split=False), True),
    "llama2-marked": (PREPEND, None, True),
}
# Beside the special tokens: Gemma's runs, found in the text as given; a token found in the normalised text.
MARKED = [AddedToken("<mark>", normalized=True)]
ADDED = {"gemma-runs": [AddedToken(t, normalized=False) for t in (SPACE * 2, SPACE * 3, "\n\n")],
         "first-marked": MARKED, "always-marked": MARKED, "llama2-marked": MARKED}
SPECIAL = ["<s>", "</s>", "<start_of_turn>"]
TEXTS = ["<s>", "a <s>b", "<start_of_turn>user\nHello</s>", " <s> </s> ", f"{SPACE}a", f"a{SPACE} b", "  <start_of_turn>  x",
         "<unk>", "a<unk> b", "<mark>", "<mark> a", " <mark>a <mark> b<mark>", "a <s><mark> b", "a  <mark>",
         f"{SPACE * 2}a{SPACE * 3}\n\n\nb", "    a\n\n    b"]


def trained() -> tuple[dict, list]:
    """A vocabulary, and every pair of its tokens that makes a third, in the order of what it makes."""
    learner = Tokenizer(models.BPE())
    learner.normalizer = REPLACE
    learner.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="never", split=True)
    learner.train_from_iterator(PARAGRAPHS * 3, trainers.BpeTrainer(
        vocab_size=940, limit_alphabet=140, show_progress=False))
    learned = sorted(learner.get_vocab(), key=learner.get_vocab().get)
    runs = [SPACE * n for n in (2, 3, 4)] + ["\n\n", "\n\n\n"]
    pieces = [p for p in learned if len(p) > 1] + [r for r in runs if r not in learned]
    letters = [p for p in learned if len(p) == 1] + ["\n"] * ("\n" not in learned)
    tokens = ["<unk>", *SPECIAL] + [f"<0x{b:02X}>" for b in range(256)] + pieces + letters
    vocabulary = {t: i for i, t in enumerate(tokens)}
    assert len(vocabulary) == len(tokens)
    merges = [(p[:i], p[i:]) for p in pieces for i in range(1, len(p))
              if p[:i] in vocabulary and p[i:] in vocabulary]
    return vocabulary, merges


def is_given_up(ids: list[int]) -> bool:
    """Whether a run of bytes is broken in parts: `tokenizers` then gives up all of it, Unicode only what is broken."""
    for is_byte, run in itertools.groupby(ids, lambda i: 4 <= i < 260):
        if is_byte:
            text = bytes(i - 4 for i in run).decode("utf-8", "replace")
            if "\ufffd" in text and text.strip("\ufffd"):
                return True
    return False


def main() -> None:
    goldens = TESTS / "KeelTokenizerTests/Goldens"
    vocabulary, merges = trained()
    pipelines, rows, decodings, rng = {}, [], [], random.Random(5)
    everything = texts()
    for name, (normalizer, cutter, strips) in PIPELINES.items():
        tokenizer = Tokenizer(models.BPE(
            vocab=vocabulary, merges=merges, byte_fallback=True, fuse_unk=True, unk_token="<unk>"))
        if normalizer:
            tokenizer.normalizer = normalizer
        if cutter:
            tokenizer.pre_tokenizer = cutter
        tokenizer.decoder = decoders.Sequence(
            [decoders.Replace(SPACE, " "), decoders.ByteFallback(), decoders.Fuse()]
            + ([decoders.Strip(" ", 1, 0)] if strips else []))
        tokenizer.post_processor = processors.TemplateProcessing(
            single="<s> $A", pair="<s> $A <s> $B", special_tokens=[("<s>", vocabulary["<s>"])])
        tokenizer.add_special_tokens([AddedToken(t, normalized=False, special=True) for t in ["<unk>", *SPECIAL]])
        tokenizer.add_tokens(ADDED.get(name, []))
        file = json.loads(tokenizer.to_str())
        if name == "gemma":
            (goldens / "sentencepiece.json").write_text(
                json.dumps(file, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")
        pipelines[name] = {key: file[key] for key in ("normalizer", "pre_tokenizer", "decoder", "added_tokens")}
        sample = TEXTS + MARKS + rng.sample(ODDITIES, 50) + rng.sample(everything, 600 if name == "gemma" else 150)
        rows += [{"pipeline": name, **row} for row in encodings(tokenizer, sample)]
        for _ in range(60):
            while True:
                ids = [rng.randrange(4, tokenizer.get_vocab_size()) for _ in range(rng.randrange(1, 7))]
                if not is_given_up(ids):
                    break
            decodings.append({"pipeline": name, "ids": ids, "text": tokenizer.decode(ids, skip_special_tokens=False)})
    (goldens / "sentencepiece-pipelines.json").write_text(json.dumps(pipelines, indent=1, ensure_ascii=False))
    write_lines(goldens / "sentencepiece-encodings.jsonl", rows)
    write_lines(goldens / "sentencepiece-decodings.jsonl", decodings)


if __name__ == "__main__":
    main()
