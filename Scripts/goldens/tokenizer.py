"""Makes the goldens of KeelTokenizer and the encodings golden of KeelModel.

    pip install tokenizers jinja2 gguf
    python Scripts/goldens/tokenizer.py SmolLM2-135M-Instruct.Q4_1.gguf

Writes, below Tests:
  KeelTokenizerTests/Goldens/tokenizer.json        a byte-level BPE trained here, 2,000 tokens
  KeelTokenizerTests/Goldens/pipelines.json        the other pipelines the same vocabulary is run in
  KeelTokenizerTests/Goldens/encodings.jsonl       what Hugging Face `tokenizers` makes of the texts
  KeelTokenizerTests/Goldens/decodings.jsonl       and of random ids
  KeelTokenizerTests/Goldens/chat-templates.json   templates, contexts and what Jinja makes of them
  KeelModelTests/Goldens/smollm2-encodings.jsonl   the texts in the vocabulary of the GGUF
"""

import json
import random
import sys
import unicodedata
from pathlib import Path

from gguf import GGUFReader
from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
from tokenizers import pre_tokenizers, trainers

sys.path.insert(0, str(Path(__file__).parent))
import chat_templates

TESTS = Path(__file__).resolve().parents[2] / "Tests"

CONTRACTIONS = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)"
WORDS = (
    r"|[^\r\n\p{L}\p{N}]?\p{L}+|%s| ?[^\s\p{L}\p{N}]+[\r\n]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
UPPER, LOWER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]", r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
TEKKEN = (
    rf"[^\r\n\p{{L}}\p{{N}}]?{UPPER}*{LOWER}+|[^\r\n\p{{L}}\p{{N}}]?{UPPER}+{LOWER}*"
    r"|\p{N}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
)
PIPELINES = {
    "gpt2": {"pre": pre_tokenizers.ByteLevel(add_prefix_space=False)},
    "qwen2": {"split": CONTRACTIONS + WORDS % r"\p{N}", "normalizer": normalizers.NFC()},
    "llama3": {"split": CONTRACTIONS + WORDS % r"\p{N}{1,3}", "ignore_merges": True},
    "tekken": {"split": TEKKEN, "ignore_merges": True},
}

PARAGRAPHS = [
    "The keel of a boat is the long piece along the bottom that keeps it upright and straight. "
    "Without it, the wind decides where the boat goes; with it, the crew does.",
    "She didn't say that they're late, I'll tell you what she'd said: we've got 24 hours, it's "
    "3.14159 o'clock and I'm not worried. WE'LL SEE, IT'S FINE, THEY'VE DONE IT, CAN'T STOP.",
    "def mean(values: list[float]) -> float:\n    if not values:\n        raise ValueError('empty')"
    "\n    return sum(values) / len(values)\n",
    "struct Point { var x = 0.0, y = 0.0 }\nfunc norm(_ p: Point) -> Double {\n\treturn (p.x * p.x "
    "+ p.y * p.y).squareRoot()\n}\n",
    "for (int i = 0; i < 1024; ++i) { a[i] += b[i] << 2; } // 0xFF, 1e-5, #include <stdio.h>\r\n",
    '{"name": "keel", "version": [1, 2, 3], "ok": true, "path": "C:\\\\boat\\\\keel"}',
    "Le bateau était à l'ancre près de la côte; où sont passés les élèves? Ça va, merci beaucoup.",
    "Das Schiff fährt über die Nordsee, größer als gedacht: süße Äpfel, Öl und Übermut.",
    "El niño comió piñas en el jardín, ¿verdad? ¡Qué día más bonito! Mañana será otro día.",
    "Лодка идёт по реке, и ветер дует с севера. Привет, как дела? Сегодня хорошая погода.",
    "Το καράβι ταξιδεύει στη θάλασσα. Καλημέρα, τι κάνεις; Όλα καλά.",
    "船は海を渡る。今日は天気がいいですね。カタカナとひらがなと漢字。",
    "小船在河上慢慢地走。今天天气很好,我们去公园散步吧!一二三四五六七八九十。",
    "배는 바다를 건넌다. 오늘 날씨가 정말 좋네요. 안녕하세요?",
    "السفينة تعبر البحر اليوم. مرحبا، كيف حالك؟ ١٢٣٤٥",
    "הספינה חוצה את הים. שלום, מה שלומך?",
    "नाव नदी पार करती है। नमस्ते, आप कैसे हैं? १२३",
    "เรือแล่นข้ามทะเล สวัสดีครับ",
    "👩‍👩‍👧‍👦 👍🏽 🏳️‍🌈 🇫🇷 ❤️ 😀😃😄 ☕️ 1️⃣ 🤷🏾‍♀️",
    "x² + y² = z², ½ + ¼ = ¾, Ⅷ ≠ ⅷ, ∑∫√∞ ≤ ≥, H₂O, 5 µm, 20 °C, № 7, ™ © ®",
]
ODDITIES = [
    "", " ", "  ", "\n", "\r\n", "\r\n\r\n\r\n", "\t", "\t\t x", " \n ", "\n\n\n  a", "a\u00a0b",
    "\u00a0\u00a0 a", "a\u3000b", "\u2003\u2003a", "a\u200bb", "\ufeffa", "a\x0bb", "a\x0cb",
    "a\x85b", "a\x1cb\x1f", "a\u2028b\u2029", "  leading", "trailing  ", "a  b   c    d",
    "a \n b\r\n\tc", "\x00\x01\x02", "\x7f", "e\u0301", "\u00e9", "\u0301", " \u0301x",
    "\u1112\u1161\u11ab", "\ud55c", "A\u030a \u212b \u00c5", "\ufb01", "\u0958", "\U0001d15e",
    "1\u0301", "'s", "'S", "'\u017f", "''s", "'re'RE'rE", "'ll'lL", "it's 'twas 'v 'r 'l 'd 'D",
    "don\u2019t", "a'b'c", "x'", "'", "' s", "1's", "!'s", "''''", "12345678901234567890",
    "1", "12", "123", "1234", "12 34", "1.234,56", "-5", "+1", " 7", "  7", "  77 8",
    "\u0661\u0662\u0663\u0664", "\u00bd\u00bc", "\u2160\u2161", "\u4e00\u4e8c\u4e09", "a1b2c3",
    "\u0967\u0968\u0969\u0970", "\U0001d7ce\U0001d7cf", "100%!", "$100", "a_b_c", "__init__",
    "!!!\n\n", "...\r\n...", " !?\n x", "\n \n \n", " \r \r", "a" * 300, " " * 120, "\n" * 60,
    "ab" * 150, "=" * 80, "\U0010ffff", "\ue000", "\U000f0000", "\u0378", "\u200d", "\ufe0f",
]
SPECIAL = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]
SPECIAL_TEXTS = [
    "<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n", "<|im_start|>", "a<|im_end|>b",
    "<|im_start|><|im_start|>", "<|im_start", "|im_start|>", "<<|im_end|>>", " <|im_end|> ",
    "<|endoftext|><|im_end|", "<|im_<|im_end|>", "<|IM_END|>", "12<|im_end|>12", "\u00e9<|im_end|>\u0301",
]
MARKS = [
    "a <mask> b", "a  <mask>\n b<mask>", "  <left>x", "x \n<left> y", "<right>  \t y", "<right>\u00a0<left>",
    "word", "a <word> b", "a<word>b", "<word>", "<word> <word>_", "\u00e9<word>", "-<word>-",
    "caf\u00e9!", "cafe\u0301!", "<<mask>>", "<mask><mask>", "<long", "<long><longer>", "<longer",
    "<longest", "<longer>", "1<word>", " <left><left>", "<right> <right> ",
]


def texts(seed: int = 7) -> list[str]:
    rng = random.Random(seed)
    out = list(ODDITIES)
    out += [chr(c) for c in range(256)] + [f"a{chr(c)}b {chr(c)}" for c in range(256)]
    words = [w for p in PARAGRAPHS for w in p.split(" ")]
    for _ in range(700):  # slices of real text
        p = rng.choice(PARAGRAPHS)
        start = rng.randrange(len(p))
        out.append(p[start : start + rng.randrange(1, 30)])
    spaces = ["", " ", "  ", "\n", "\t", "\r\n", "\u00a0", "\u3000", "\u2009", " \n ", "'", "-", "7", "42"]
    for _ in range(500):  # words of every script, oddly spaced
        out.append("".join(rng.choice(words)[:12] + rng.choice(spaces) for _ in range(rng.randrange(1, 5))))
    # Tables differ between Unicode versions, so only scalars that Unicode 5.0 had assigned.
    blocks = [(0x20, 0x7F), (0x80, 0x24F), (0x250, 0x52F), (0x530, 0x10FF), (0x2000, 0x2BFF),
              (0x3000, 0x33FF), (0x4E00, 0x9FA5), (0xAC00, 0xD7A3), (0xF900, 0xFFFF), (0x1D400, 0x1D7FF)]
    old = unicodedata.ucd_3_2_0

    def scalar() -> str:
        while True:
            c = chr(rng.randint(*rng.choice(blocks)))
            if old.category(c) == unicodedata.category(c) and unicodedata.category(c) not in ("Cn", "Cs"):
                return c

    for _ in range(350):
        out.append("".join(scalar() for _ in range(rng.randrange(1, 9))))
    return list(dict.fromkeys(out))


def trained() -> Tokenizer:
    rng = random.Random(1)
    syllables = [a + b for a in "b c d f g l m n p r s t th ch st".split() for b in "a e i o u ea ou".split()]
    words = ["".join(rng.choices(syllables, k=rng.choice([1, 2, 2, 3]))) for _ in range(600)]
    corpus = PARAGRAPHS * 4 + [" ".join(rng.choices(words, k=20)) for _ in range(300)]
    tokenizer = Tokenizer(models.BPE())
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.train_from_iterator(corpus, trainers.BpeTrainer(
        vocab_size=2000, special_tokens=SPECIAL, show_progress=False,
        initial_alphabet=pre_tokenizers.ByteLevel.alphabet()))
    tokenizer.add_tokens([
        AddedToken("<mask>", lstrip=True, rstrip=True, normalized=False),
        AddedToken("<left>", lstrip=True, normalized=False), AddedToken("<right>", rstrip=True),
        AddedToken("<word>", single_word=True, normalized=False), AddedToken("<long", normalized=False),
        AddedToken("<longer", normalized=False), AddedToken("caf\u00e9", normalized=True)])
    return tokenizer


def from_gguf(path: str) -> Tokenizer:
    """SmolLM2's pipeline around the GGUF's vocabulary; transformers 5 forgets the digits here."""
    fields = GGUFReader(path).fields
    read = lambda key: fields["tokenizer.ggml." + key].contents()
    assert read("pre") == "smollm"
    tokens = read("tokens")
    tokenizer = Tokenizer(models.BPE(
        vocab={t: i for i, t in enumerate(tokens)}, merges=[tuple(m.split(" ")) for m in read("merges")]))
    tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
        [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)])
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens([
        AddedToken(t, normalized=False, special=True)
        for t, kind in zip(tokens, read("token_type")) if kind == 3])
    return tokenizer


def encodings(tokenizer: Tokenizer, all_texts: list[str]) -> list[dict]:
    """`ids` with special tokens recognised; `plain` without, where that differs."""
    rows = []
    for text in all_texts:
        tokenizer.encode_special_tokens = False
        row = {"text": text, "ids": tokenizer.encode(text, add_special_tokens=False).ids}
        tokenizer.encode_special_tokens = True
        plain = tokenizer.encode(text, add_special_tokens=False).ids
        if plain != row["ids"]:
            row["plain"] = plain
        rows.append(row)
    tokenizer.encode_special_tokens = False
    return rows


def write_lines(path: Path, rows: list) -> None:
    dump = lambda row: json.dumps(row, ensure_ascii=False, separators=(",", ":"))
    path.parent.mkdir(parents=True, exist_ok=True)
    # U+2028 and U+0085 end a line for some readers.
    path.write_text("".join(
        dump(r).replace("\u2028", "\\u2028").replace("\u2029", "\\u2029").replace("\x85", "\\u0085") + "\n"
        for r in rows), encoding="utf-8", newline="\n")


def main(gguf_path: str) -> None:
    goldens = TESTS / "KeelTokenizerTests/Goldens"
    goldens.mkdir(parents=True, exist_ok=True)
    base = trained()
    base_json = json.loads(base.to_str())
    (goldens / "tokenizer.json").write_text(
        json.dumps(base_json, ensure_ascii=False, separators=(",", ":")), encoding="utf-8")

    all_texts = texts() + SPECIAL_TEXTS
    rows = [{"pipeline": "smollm", **r} for r in encodings(base, all_texts + MARKS)]
    pipelines = {}
    rng = random.Random(3)
    for name, parts in PIPELINES.items():
        tokenizer = Tokenizer.from_str(base.to_str())
        tokenizer.pre_tokenizer = parts.get("pre") or pre_tokenizers.Sequence([
            pre_tokenizers.Split(Regex(parts["split"]), behavior="isolated"),
            pre_tokenizers.ByteLevel(add_prefix_space=False, use_regex=False)])
        if "normalizer" in parts:
            tokenizer.normalizer = parts["normalizer"]
        tokenizer.model.ignore_merges = parts.get("ignore_merges", False)
        spec = json.loads(tokenizer.to_str())
        pipelines[name] = {
            "normalizer": spec["normalizer"], "pre_tokenizer": spec["pre_tokenizer"],
            "ignore_merges": spec["model"]["ignore_merges"]}
        sample = ODDITIES + SPECIAL_TEXTS + MARKS + rng.sample(all_texts, 250)
        rows += [{"pipeline": name, **r} for r in encodings(tokenizer, sample)]
    (goldens / "pipelines.json").write_text(json.dumps(pipelines, indent=1, ensure_ascii=False))
    write_lines(goldens / "encodings.jsonl", rows)

    decodings = []
    for _ in range(300):
        ids = [rng.randrange(base.get_vocab_size() - 7) for _ in range(rng.randrange(1, 7))]
        if rng.random() < 0.5:  # mostly single bytes: broken UTF-8
            ids = [rng.randrange(3, 259) for _ in ids]
        decodings.append({"ids": ids, "text": base.decode(ids, skip_special_tokens=False),
                          "skipping": base.decode(ids, skip_special_tokens=True)})
    write_lines(goldens / "decodings.jsonl", decodings)

    (goldens / "chat-templates.json").write_text(
        json.dumps(chat_templates.cases(gguf_path), ensure_ascii=False, indent=1), encoding="utf-8")
    write_lines(TESTS / "KeelModelTests/Goldens/smollm2-encodings.jsonl",
                encodings(from_gguf(gguf_path), all_texts))


if __name__ == "__main__":
    main(sys.argv[1])
