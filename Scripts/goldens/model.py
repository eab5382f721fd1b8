"""Makes the goldens of KeelModelTests: what transformers says, in float32, of the models Keel runs.

    python3 -m venv venv && venv/bin/pip install torch==2.13.0 transformers gguf peft safetensors accelerate
    venv/bin/python Scripts/goldens/model.py SmolLM2-135M-Instruct.Q4_1.gguf Tests/KeelModelTests/Goldens

Written, all or what is named behind the folder (smollm2, tiny):
    smollm2-logits.json   20 prompts on the default model: tokens; at every position the 16 most probable
                          tokens, the logits of these and of 16 tokens spread evenly over the
                          vocabulary, and the log-sum-exp
    tiny-llama/           a random model of 2 layers in Hugging Face layout, with its tokenizer
    tiny-llama.json       its logits and hidden states
    tiny-adapter/         a random LoRA adapter of it in PEFT layout
    tiny-adapter.json     its logits with the adapter
"""

import json
import os
import sys

import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoModelForCausalLM, AutoTokenizer, LlamaConfig, LlamaForCausalLM

PROMPTS = [
    "The capital of France is",
    "Once upon a time, in a village by the sea,",
    "def fibonacci(n):\n    if n < 2:\n        return n\n    return",
    "1, 1, 2, 3, 5, 8, 13,",
    "Die Würde des Menschen ist",
    "床前明月光，疑是地上霜。",
    "<|im_start|>user\nWhat should I eat today?<|im_end|>\n<|im_start|>assistant\n",
    "<|im_start|>system\nYou answer in one word.<|im_end|>\n<|im_start|>user\nIs water wet?<|im_end|>\n<|im_start|>assistant\n",
    "A doctor, a lawyer and a baker walk into a library.",
    "    \n\n\t  indented oddly",
    "🙂🙃 emoji and e\u0301 combining marks",
    "SELECT name FROM people WHERE age >",
    "The quick brown fox jumps over the lazy dog. " * 8,
    "Q: What is 17 times 23?\nA:",
    "I am very sorry to hear that your cat",
    "x",
    "Photosynthesis turns light, water and carbon dioxide into",
    "To be, or not to be, that is the question: Whether 'tis nobler in the mind to suffer",
    "{\"name\": \"Ada\", \"born\": 1815, \"known for\":",
    "There were three baseball teams in this area. One of them has moved away, so now there are",
]


def rounded(values, digits=5):
    return [round(float(v), digits) for v in values]


def smollm2(gguf, out):
    folder, name = os.path.split(os.path.abspath(gguf))
    model = AutoModelForCausalLM.from_pretrained(folder, gguf_file=name, dtype=torch.float32).eval()
    tokenizer = AutoTokenizer.from_pretrained(folder, gguf_file=name)
    rows = []
    for text in PROMPTS:
        ids = tokenizer(text, add_special_tokens=False)["input_ids"]
        with torch.no_grad():
            logits = model(torch.tensor([ids])).logits[0]
        count, size = logits.shape
        top = logits.topk(16).indices
        spread = torch.tensor([[number * size // 16 for number in range(16)]]).expand(count, -1)
        rows.append({
            "text": text, "tokens": ids, "top": top.tolist(),
            "logits": [rounded(row, 4) for row in logits.gather(1, torch.cat([top, spread], 1))],
            "logsumexp": rounded(logits.logsumexp(-1), 4),
        })
    with open(f"{out}/smollm2-logits.json", "w") as file:
        file.write("[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in rows) + "\n]\n")


def tiny(out):
    torch.manual_seed(7)
    config = LlamaConfig(
        vocab_size=300, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=128, rope_theta=10000.0, rms_norm_eps=1e-5,
        tie_word_embeddings=False, bos_token_id=256, eos_token_id=257, initializer_range=0.3)
    model = LlamaForCausalLM(config).eval()
    folder = f"{out}/tiny-llama"
    model.save_pretrained(folder)
    # Every byte is a token, two control tokens follow: enough to talk to it.
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|start|>", "<|end|>"])
    tokenizer.save(f"{folder}/tokenizer.json")
    with open(f"{folder}/chat_template.jinja", "w") as file:
        file.write("{% for m in messages %}<|start|>{{ m.role }}: {{ m.content }}<|end|>{% endfor %}"
                   "{% if add_generation_prompt %}<|start|>assistant: {% endif %}")
    ids = [5, 17, 200, 256, 3, 99, 42, 257, 11, 12, 13]
    with torch.no_grad():
        result = model(torch.tensor([ids]), output_hidden_states=True)
    with open(f"{out}/tiny-llama.json", "w") as file:
        json.dump({
            "tokens": ids, "logits": [rounded(row) for row in result.logits[0]],
            # hidden_states[0] are the embeddings, [i + 1] the stream after block i; the last is normed.
            "embed": [rounded(row) for row in result.hidden_states[0][0]],
            "resid_post_0": [rounded(row) for row in result.hidden_states[1][0]],
            "final_norm": [rounded(row) for row in result.hidden_states[2][0]],
        }, file)

    from peft import LoraConfig, get_peft_model
    adapted = get_peft_model(model, LoraConfig(
        r=4, lora_alpha=8, target_modules=["q_proj", "v_proj", "down_proj"], task_type="CAUSAL_LM"))
    for name, parameter in adapted.named_parameters():
        if "lora_B" in name:
            torch.nn.init.normal_(parameter, std=0.2)
    adapted.eval()
    adapted.save_pretrained(f"{out}/tiny-adapter")
    os.remove(f"{out}/tiny-adapter/README.md")
    with torch.no_grad():
        logits = adapted(torch.tensor([ids])).logits[0]
    with open(f"{out}/tiny-adapter.json", "w") as file:
        json.dump({"tokens": ids, "logits": [rounded(row) for row in logits]}, file)


if __name__ == "__main__":
    gguf, out, *parts = sys.argv[1:]
    os.makedirs(out, exist_ok=True)
    if not parts or "smollm2" in parts:
        smollm2(gguf, out)
    if not parts or "tiny" in parts:
        tiny(out)
