"""Compares models in GGUF of any family, by hand: Keel's log-probabilities with those of llama.cpp, and with those of
transformers on the folder that Keel writes of it; and the tokenizers of all three on the texts of tokenizer.py.

    python3 -m venv venv && venv/bin/pip install torch==2.13.0 transformers gguf==0.19.0 xllamacpp peft tokenizers jinja2
    venv/bin/python Scripts/goldens/second_models.py .build/release/keel MODEL.gguf...

Nothing is written to the repository. llama.cpp reads the file as it is, rounding activations, and with its weights in
float32, where only the order of sums differs.
"""

import json
import os
import sys
import tempfile
import urllib.request
from pathlib import Path

import torch
from transformers import AutoModelForCausalLM, AutoTokenizer

from exports import Keel, LlamaCpp, check, failures, scored, widened
from tokenizer import texts

PAIRS = [
    ("The keel of a boat", " is the long piece along the bottom that keeps it upright."),
    ("def mean(values):\n", "    return sum(values) / len(values)\n"),
    ("Die Hauptstadt von Frankreich ist", " Paris, und sie liegt an der Seine."),
]


def told(server, text):
    """What llama.cpp makes of a text."""
    body = json.dumps({"content": text, "add_special": False, "parse_special": True}).encode()
    request = urllib.request.Request(f"{server.listening_address}/tokenize", body, {"Content-Type": "application/json"})
    return json.load(urllib.request.urlopen(request))["tokens"]


def compare(keel, model, out):
    ours = [keel.score(model, *pair) for pair in PAIRS]
    keel("model", "merge", model, "--out", "folder")
    tokenizer = AutoTokenizer.from_pretrained(f"{out}/folder")
    prompts = [tokenizer(prompt)["input_ids"] for prompt, _ in PAIRS]
    plain = AutoModelForCausalLM.from_pretrained(f"{out}/folder", dtype=torch.float32).eval()
    # All of it, or tokens that llama.cpp finds unlikely would be left out of the comparison.
    vocabulary = plain.config.vocab_size
    for (tokens, logprobs), prompt, pair in zip(ours, prompts, PAIRS):
        check(f"{pair[0]!r}: folder in transformers", scored(plain, prompt, tokens), logprobs, 1e-3)
    del plain

    def differing(server, what):
        # Both take what spells a control token for one.
        wrong = [t for t in lines if told(server.server, t) != tokenizer(t, add_special_tokens=False)["input_ids"]]
        print(f"{len(wrong)} of {len(lines)} texts differ between {what} and the folder's tokenizer: {wrong[:5]}")

    server = LlamaCpp(model, None, 512)
    lines = [text for text in texts()[::4] if text]
    differing(server, "llama.cpp")
    for (tokens, logprobs), prompt, pair in zip(ours, prompts, PAIRS):
        check(f"{pair[0]!r}: llama.cpp, the file as it is", server.score(prompt, tokens, vocabulary), logprobs, 0.5)
    del server
    keel("model", "export", model, "--type", "q8_0", "--out", "exported.gguf")
    again = keel.score(f"{out}/exported.gguf", *PAIRS[0])[1]
    server = LlamaCpp(f"{out}/exported.gguf", None, 512)
    check("exported as Q8_0: llama.cpp", server.score(prompts[0], ours[0][0], vocabulary), again, 0.5)
    differing(server, "the exported file in llama.cpp")
    del server
    widened(model, f"{out}/wide.gguf")
    server = LlamaCpp(f"{out}/wide.gguf", None, 512)
    for (tokens, logprobs), prompt, pair in zip(ours, prompts, PAIRS):
        check(f"{pair[0]!r}: llama.cpp, float32", server.score(prompt, tokens, vocabulary), logprobs, 1e-3)


def main(program, *models):
    for model in models:
        print(f"== {Path(model).name}")
        with tempfile.TemporaryDirectory() as out:
            compare(Keel(program, out), os.path.abspath(model), out)
    sys.exit(f"{len(failures)} failures: {', '.join(failures)}" if failures else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
