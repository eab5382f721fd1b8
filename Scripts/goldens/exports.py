"""Loads what Keel writes in the programs that it is written for, and compares log-probabilities with Keel's own.

    python3 -m venv venv && venv/bin/pip install torch==2.13.0 transformers peft==0.21.2 gguf==0.19.0 xllamacpp datasets
    venv/bin/python Scripts/goldens/exports.py .build/release/keel [smollm2-135m]

Adapters in PEFT, merged folders in transformers, GGUF models, adapters and control vectors in llama.cpp, autoencoders in
SAELens, and mlx adapters in mlx-lm, the last two where they are installed. A difference above the tolerance ends the
script with status 1. Nothing is written to the repository.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import gguf
import numpy as np
import torch
from adapters import write_model
from llama_logprobs import LlamaCpp
from peft import PeftModel
from tokenizers import Tokenizer
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaForCausalLM

sys.path.append(str(Path(__file__).resolve().parent.parent))
from llama import Llama

GOLDENS = Path(__file__).parents[2] / "Tests/KeelModelTests/Goldens"
TINY = GOLDENS / "tiny-llama"
ADAPTERS = [GOLDENS / "tiny-adapter"] + [GOLDENS / "adapters" / name for name in ("rslora", "patterns", "regex")]
PROMPT, COMPLETION = "The keel", " holds the ship upright, in any sea."
failures = []


def check(what, found, expected, tolerance, unit="tokens"):
    both = [(a, b) for a, b in zip(found, expected, strict=True) if a is not None]
    worst = max((abs(a - b) for a, b in both), default=float("inf"))
    is_close = worst <= tolerance and len(both) > len(expected) / 2
    print(f"{'ok' if is_close else 'NO'}  {what}: greatest difference {worst:.2e} over {len(both)} of {len(expected)} {unit}")
    if not is_close:
        failures.append(what)


class Keel:
    def __init__(self, program, folder):
        self.program, self.folder = os.path.abspath(program), folder

    def __call__(self, *arguments):
        subprocess.run([self.program, *map(str, arguments)], check=True, cwd=self.folder, stderr=subprocess.DEVNULL)

    def score(self, model, prompt=PROMPT, completion=COMPLETION):
        rows, out = Path(self.folder, "rows.jsonl"), Path(self.folder, "scores.jsonl")
        rows.write_text(json.dumps({"id": 1, "prompt": prompt, "completion": completion}) + "\n")
        out.unlink(missing_ok=True)
        self("score", "--model", model, "--input", rows, "--output", out)
        row = json.loads(out.read_text())
        return row["tokens"], row["logprobs"]


def scored(model, prompt, completion):
    """Log-probabilities of the completion's tokens by a PyTorch model."""
    with torch.no_grad():
        logits = model(torch.tensor([prompt + completion])).logits[0].float().log_softmax(-1)
    return [float(logits[len(prompt) + i - 1, token]) for i, token in enumerate(completion)]


def widened(source, path):
    """A GGUF model with all its weights in float32."""
    reader = gguf.GGUFReader(source)
    writer = gguf.GGUFWriter(path, reader.fields["general.architecture"].contents())
    for name, field in reader.fields.items():
        if name.startswith("GGUF.") or name in ("general.architecture", "general.file_type", "general.quantization_version"):
            continue
        kind = field.types[0]
        writer.add_key_value(name, field.contents(), kind, field.types[-1] if kind == gguf.GGUFValueType.ARRAY else None)
    for tensor in reader.tensors:
        values = gguf.quants.dequantize(tensor.data, tensor.tensor_type)
        writer.add_tensor(tensor.name, values.reshape([int(n) for n in reversed(tensor.shape)]).astype(np.float32))
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def tiny(keel, out):
    base = lambda: LlamaForCausalLM.from_pretrained(TINY, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(TINY)
    prompt = tokenizer(PROMPT, add_special_tokens=False)["input_ids"]
    write_model(TINY, f"{out}/tiny.gguf")
    for adapter in ADAPTERS:
        name = adapter.name
        completion, expected = keel.score(f"{TINY}+{adapter}")
        assert completion == tokenizer(COMPLETION, add_special_tokens=False)["input_ids"]
        check(f"{name}, PEFT's file in PEFT", scored(PeftModel.from_pretrained(base(), adapter), prompt, completion), expected, 1e-4)

        keel("adapter", "export", adapter, "--format", "gguf", "--model", TINY, "--out", f"{name}.gguf")
        keel("adapter", "import", f"{name}.gguf", "--format", "gguf", "--model", TINY, "--out", f"{name}-again")
        written = PeftModel.from_pretrained(base(), f"{out}/{name}-again")
        check(f"{name}, Keel's file in PEFT", scored(written, prompt, completion), expected, 1e-4)

        keel("model", "merge", f"{TINY}+{adapter}", "--out", f"{name}-merged")
        merged = AutoModelForCausalLM.from_pretrained(f"{out}/{name}-merged", dtype="auto").eval()
        assert merged.dtype == torch.float32
        check(f"{name}, merged in transformers", scored(merged, prompt, completion), expected, 1e-4)

        found = LlamaCpp(f"{out}/tiny.gguf", f"{out}/{name}.gguf").score(prompt, completion, 300)
        check(f"{name}, GGUF in llama.cpp", found, expected, 1e-3)
        mlx(keel, adapter, name, out, prompt, completion, expected)
    completion, expected = keel.score(TINY)
    found = LlamaCpp(f"{out}/tiny.gguf").score(prompt, completion, 300)
    check("no adapter, in llama.cpp", found, expected, 1e-3)


def corpus(out):
    path = Path(out, "corpus.jsonl")
    path.write_text("".join(json.dumps({"text": f"the keel {n} holds a ship {n * n}"}) + "\n" for n in range(40)))
    return path


def saes(keel, out):
    """Autoencoders of each kind that Keel trains: what SAELens makes of the activations that Keel measured them on."""
    try:
        from sae_lens import SAE
    except ImportError:
        return print("--  sae-lens is not installed")
    point = "blocks.1.hook_resid_post"
    keel("activations", "--model", TINY, "--data", corpus(out), "--at", point, "--out", "acts", "--window", "32")
    width = json.loads((TINY / "config.json").read_text())["hidden_size"]
    shards = sorted(Path(out, "acts", "rank-0").glob(f"*.{point}.bin"))
    x = torch.from_numpy(np.concatenate([np.fromfile(shard, "<f4").reshape(-1, width) for shard in shards]))
    for kind in ("topk", "batchtopk", "jumprelu", "standard"):
        keel("sae", "train", "--activations", "acts", "--out", f"sae-{kind}", "--architecture", kind, "--latents", "64",
             "--k", "4", "--batch-size", "64", "--passes", "5")
        told = subprocess.run(
            [keel.program, "sae", "evaluate", f"sae-{kind}/sae", "--activations", "acts", "--held-out", "1", "--json"],
            check=True, cwd=out, capture_output=True, text=True).stdout
        quality = json.loads(told)["quality"]
        sae = SAE.load_from_disk(f"{out}/sae-{kind}/sae", device="cpu")
        with torch.no_grad():
            latents = sae.encode(x)
            latents = latents.to_dense() if latents.is_sparse else latents
            error = (x - sae.decode(latents)).square().sum() / (x - x.mean(0)).square().sum()
        found = [float(1 - error), float((latents > 0).sum(1).float().mean())]
        assert quality["rows"] == len(x), (quality["rows"], len(x))
        check(f"autoencoder, {kind}, in SAELens: explained variance and active latents", found,
              [quality["explainedVariance"], quality["l0"]], 1e-3, "measures")


def vectors(keel, out):
    """A direction that Keel found: answers that it steers, beside what llama.cpp makes of each token with the vector."""
    Path(out, "questions.jsonl").write_text("".join(
        json.dumps({"id": f"q{n}", "domain": str(n % 2), "prompt": f"what is {n}?"}) + "\n" for n in range(8)))
    keel("direction", "find", "--model", TINY, "--trait", "is kind", "--questions", "questions.jsonl", "--samples", "1",
         "--max-tokens", "6", "--out", "trait.gguf")
    reader = gguf.GGUFReader(f"{out}/trait.gguf")
    assert reader.fields["general.architecture"].contents() == "controlvector"
    found = {tensor.name: np.array(tensor.data, dtype=np.float32) for tensor in reader.tensors}
    assert list(found) == ["direction.1"], found.keys()
    Path(out, "prompts.jsonl").write_text(json.dumps({"id": 1, "prompt": PROMPT}) + "\n")
    strength = 4
    keel("generate", "--model", TINY, "--input", "prompts.jsonl", "--output", "steered.jsonl", "--temperature", "0",
         "--max-tokens", "12", "--steer", f"trait.gguf:{strength}@1")
    tokens = json.loads(Path(out, "steered.jsonl").read_text())["tokens"]
    prompt = Tokenizer.from_file(str(TINY / "tokenizer.json")).encode(PROMPT, add_special_tokens=False).ids
    llama = Llama(f"{out}/tiny.gguf")

    def behind(directions=None):
        """How far each token that Keel wrote is from the likeliest."""
        rows = llama.logits(prompt + tokens[:-1], directions)[len(prompt) - 1:]
        return [float(row.max() - row[token]) for row, token in zip(rows, tokens, strict=True)]

    # Keys and values in half precision move logits by less than 0.01 here (llama_steering.py).
    check("control vector, in llama.cpp", behind({1: found["direction.1"] * strength}), [0] * len(tokens), 0.02, "tokens")
    if max(behind()) <= 0.02:
        failures.append("the control vector changes nothing that would show it")


def mlx(keel, adapter, name, out, prompt, completion, expected):
    try:
        import mlx.core as mx
        from mlx_lm.tuner.utils import load_adapters
        from mlx_lm.utils import load_model
    except ImportError:
        return print("--  mlx-lm is not installed")
    keel("adapter", "export", adapter, "--format", "mlx", "--model", TINY, "--out", f"{name}-mlx")
    model, _ = load_model(TINY)
    load_adapters(model, f"{out}/{name}-mlx")
    model.eval()
    logits = model(mx.array([prompt + completion]))[0].astype(mx.float32)
    rows = torch.tensor(logits.tolist()).log_softmax(-1)
    check(f"{name}, in mlx-lm", [float(rows[len(prompt) + i - 1, t]) for i, t in enumerate(completion)], expected, 1e-4)


def large(keel, model, out):
    """A GGUF model: as a folder in transformers, and with a drawn adapter there and in llama.cpp."""
    keel("model", "merge", model, "--out", "plain")
    folder = f"{out}/plain"
    tokenizer = AutoTokenizer.from_pretrained(folder)
    with open(GOLDENS / "smollm2-encodings.jsonl") as file:
        rows = [json.loads(line) for line in file]
    wrong = [row["text"] for row in rows if tokenizer(row["text"], add_special_tokens=False)["input_ids"] != row["ids"]]
    print(f"{'NO' if wrong else 'ok'}  tokenizer of the folder: {len(wrong)} of {len(rows)} texts differ {wrong[:3]}")
    if wrong:
        failures.append("tokenizer")
    chat = tokenizer.apply_chat_template(
        [{"role": "user", "content": "Is water wet?"}], add_generation_prompt=True, tokenize=False)
    prompt = tokenizer(chat, add_special_tokens=False)["input_ids"]

    plain = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    completion, expected = keel.score(folder, chat_text(chat), COMPLETION)
    source = keel.score(model, chat_text(chat), COMPLETION)
    assert source[0] == completion
    check("folder and GGUF in Keel", expected, source[1], 1e-5)
    plain_prompt = tokenizer(chat_text(chat), add_special_tokens=False)["input_ids"]
    check("folder in transformers", scored(plain, plain_prompt, completion), expected, 1e-4)

    from peft import LoraConfig, get_peft_model
    torch.manual_seed(3)
    adapted = get_peft_model(plain, LoraConfig(r=4, lora_alpha=8, target_modules="all-linear", use_rslora=True))
    for name, value in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(value, std=0.03)
    adapted.eval().save_pretrained(f"{out}/drawn")
    completion, expected = keel.score(f"{model}+{out}/drawn", chat_text(chat), COMPLETION)
    check("drawn adapter in PEFT", scored(adapted, plain_prompt, completion), expected, 1e-4)
    keel("model", "merge", f"{model}+{out}/drawn", "--out", "merged")
    merged = AutoModelForCausalLM.from_pretrained(f"{out}/merged", dtype=torch.float32).eval()
    check("merged in transformers", scored(merged, plain_prompt, completion), expected, 1e-4)

    keel("adapter", "export", f"{out}/drawn", "--format", "gguf", "--model", model, "--out", "drawn.gguf")
    path = json.loads(subprocess.run(
        [keel.program, "model", "info", model, "--json"], check=True, capture_output=True, text=True).stdout)["path"]
    # For weights of 4 bits llama.cpp rounds activations to 8; in float32 it computes what is compared.
    widened(path, f"{out}/wide.gguf")
    servers = LlamaCpp(f"{out}/wide.gguf", f"{out}/drawn.gguf", 512), LlamaCpp(f"{out}/wide.gguf", None, 512)
    size = max(abs(a - b) for a, b in zip(expected, source[1]))
    print(f"    the drawn adapter changes log-probabilities by up to {size:.2f} nats")
    check("drawn adapter in llama.cpp", servers[0].score(plain_prompt, completion, len(tokenizer)), expected, 1e-3)
    check("no adapter in llama.cpp", servers[1].score(plain_prompt, completion, len(tokenizer)), source[1], 1e-3)
    keel("model", "export", model, "--type", "f32", "--out", "exported.gguf")
    found = LlamaCpp(f"{out}/exported.gguf", None, 512).score(plain_prompt, completion, len(tokenizer))
    check("exported as F32, in llama.cpp", found, source[1], 1e-3)
    answers = [server.ask(prompt, n_predict=24)["choices"][0]["text"] for server in servers]
    print(f"    greedy with it: {answers[0]!r}\n    and without:    {answers[1]!r}")
    with torch.no_grad():
        answer = merged.generate(torch.tensor([prompt]), max_new_tokens=24, do_sample=False)[0, len(prompt):]
    print(f"    merged in transformers: {tokenizer.decode(answer, skip_special_tokens=True)!r}")


# What llama.cpp would compute otherwise, and keel refuses.
REFUSED = {"gemma3-scaled", "llama-odd", "qwen3-biased-windows", "smollm3-listed", "smollm3-windows"}
# llama.cpp rounds activations as weights are rounded, to 8 bits beside Q8_0.
KINDS = {"f32": 1e-3, "f16": 2e-2, "bf16": 5e-2, "q8_0": 0.2}


def written(keel, out):
    """Models that Keel writes as GGUF: Keel and llama.cpp on the same file, within the shortest window."""
    for folder in [TINY, *sorted((GOLDENS / "families").iterdir())]:
        if folder.name in REFUSED:
            continue
        prompt = Tokenizer.from_file(str(folder / "tokenizer.json")).encode("th", add_special_tokens=False).ids
        for kind, tolerance in KINDS.items():
            path = f"{out}/{folder.name}-{kind}.gguf"
            keel("model", "export", folder, "--type", kind, "--out", path)
            completion, expected = keel.score(path, "th", "ek")
            found = LlamaCpp(path).score(prompt, completion, 300)
            check(f"{folder.name} as {kind}, in llama.cpp", found, expected, tolerance)
            if kind == "f32":
                exact = keel.score(folder, "th", "ek")[1]
                check(f"{folder.name} as {kind}, in Keel", expected, exact, 1e-4)


def chat_text(chat):
    return chat.replace("<|im_start|>", "").replace("<|im_end|>", "")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as out:
        keel = Keel(sys.argv[1], out)
        tiny(keel, out)
        vectors(keel, out)
        saes(keel, out)
        written(keel, out)
        if len(sys.argv) > 2:
            large(keel, sys.argv[2], out)
    sys.exit(f"{len(failures)} failures: {', '.join(failures)}" if failures else 0)
