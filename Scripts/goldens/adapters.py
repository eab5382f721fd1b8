"""Makes the goldens of adapter files: what PEFT, gguf-py and mlx-lm write of a LoRA adapter.

    python3 -m venv venv && venv/bin/pip install torch==2.13.0 transformers peft==0.21.2 gguf==0.19.0 "mlx[cpu]" mlx-lm
    venv/bin/python Scripts/goldens/adapters.py Tests/KeelModelTests/Goldens

Needs tiny-llama and tiny-adapter there (model.py). Written to adapters/ there:
    rslora/, patterns/, regex/    adapters of tiny-llama with settings that are easy to get wrong
    tiny.gguf                     tiny-adapter as llama.cpp's converter lays it out
    tiny-llama.gguf               tiny-llama as the same lays it out, in float32
    mlx/                          an adapter as mlx-lm saves it
    logits.json                   the model's logits with each
Without mlx-lm its part is left as it is, and said so.
"""

import json
import os
import shutil
import sys

import gguf
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from safetensors.torch import load_file
from transformers import LlamaForCausalLM

TOKENS = [5, 17, 200, 256, 3, 99, 42, 257, 11, 12, 13]
NAMES = {
    "model.embed_tokens": "token_embd", "model.norm": "output_norm", "lm_head": "output",
    "input_layernorm": "attn_norm", "post_attention_layernorm": "ffn_norm",
    "self_attn.q_proj": "attn_q", "self_attn.k_proj": "attn_k", "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output", "mlp.gate_proj": "ffn_gate", "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}
KINDS = {
    "rslora": dict(r=4, lora_alpha=6, use_rslora=True, target_modules=["q_proj", "k_proj", "o_proj"]),
    "patterns": dict(
        r=4, lora_alpha=8, target_modules="all-linear",
        rank_pattern={"q_proj": 2, r"layers\.1\.mlp\.up_proj": 6}, alpha_pattern={"k_proj": 3, r".*\.0\.mlp\.down_proj": 1}),
    "regex": dict(r=3, lora_alpha=5, target_modules=r".*\.1\.(self_attn\.[qv]_proj|mlp\.gate_proj)"),
}


def logits(model):
    with torch.no_grad():
        return [[round(float(x), 5) for x in row] for row in model(torch.tensor([TOKENS])).logits[0]]


def permute(weight, heads):
    """Rows as llama.cpp's converter stores queries and keys."""
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def write_model(base, path):
    """The tiny model for llama.cpp, in float32, with one merge: no reader likes a tokenizer without any."""
    config = json.load(open(f"{base}/config.json"))
    vocabulary = json.load(open(f"{base}/tokenizer.json"))
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_context_length(config["max_position_embeddings"])
    writer.add_embedding_length(config["hidden_size"])
    writer.add_block_count(config["num_hidden_layers"])
    writer.add_feed_forward_length(config["intermediate_size"])
    writer.add_head_count(config["num_attention_heads"])
    writer.add_head_count_kv(config["num_key_value_heads"])
    writer.add_layer_norm_rms_eps(config["rms_norm_eps"])
    writer.add_rope_dimension_count(config["hidden_size"] // config["num_attention_heads"])
    writer.add_rope_freq_base(10000.0)
    writer.add_vocab_size(config["vocab_size"])
    tokens = [f"<unused{i}>" for i in range(config["vocab_size"])]
    types = [5] * len(tokens)
    for token, index in vocabulary["model"]["vocab"].items():
        tokens[index], types[index] = token, 1
    for token in vocabulary["added_tokens"]:
        tokens[token["id"]], types[token["id"]] = token["content"], 3
    tokens[-1], types[-1] = "ab", 1
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    writer.add_token_types(types)
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(256)
    writer.add_eos_token_id(257)
    writer.add_add_bos_token(False)
    for name, tensor in sorted(load_file(f"{base}/model.safetensors").items()):
        value = tensor.numpy()
        path_in_block = name.removesuffix(".weight")
        prefix = ""
        if path_in_block.startswith("model.layers."):
            layer, path_in_block = path_in_block.removeprefix("model.layers.").split(".", 1)
            prefix = f"blk.{layer}."
            if path_in_block == "self_attn.q_proj":
                value = permute(value, config["num_attention_heads"])
            if path_in_block == "self_attn.k_proj":
                value = permute(value, config["num_key_value_heads"])
        writer.add_tensor(f"{prefix}{NAMES[path_in_block]}.weight", value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_gguf(base, adapter, path):
    config = json.load(open(f"{adapter}/adapter_config.json"))
    model = json.load(open(f"{base}/config.json"))
    tensors = load_file(f"{adapter}/adapter_model.safetensors")
    writer = gguf.GGUFWriter(path, "llama")
    writer.add_type(gguf.GGUFType.ADAPTER)
    writer.add_string(gguf.Keys.Adapter.TYPE, "lora")
    writer.add_float32(gguf.Keys.Adapter.LORA_ALPHA, float(config["lora_alpha"]))
    for name in sorted(tensors):
        layer, module = name.removeprefix("base_model.model.model.layers.").split(".", 1)
        module, side = module.removesuffix(".weight").rsplit(".", 1)
        value = tensors[name].numpy()
        if side == "lora_B" and module.endswith(("q_proj", "k_proj")):
            heads = "num_attention_heads" if module.endswith("q_proj") else "num_key_value_heads"
            value = permute(value, model[heads])
        writer.add_tensor(f"blk.{layer}.{NAMES[module]}.weight.{side.lower()}", value)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def write_mlx(base, folder):
    import mlx.core as mx
    from mlx.utils import tree_flatten
    from mlx_lm.tuner.utils import linear_to_lora_layers
    from mlx_lm.utils import load_model
    from pathlib import Path

    mx.random.seed(5)
    model, _ = load_model(Path(base))
    model.freeze()
    parameters = {"rank": 3, "dropout": 0.0, "scale": 1.5, "keys": ["self_attn.q_proj", "mlp.down_proj"]}
    linear_to_lora_layers(model, 1, parameters)
    trained = dict(tree_flatten(model.trainable_parameters()))
    for name in trained:
        if name.endswith("lora_b"):
            trained[name] = 0.2 * mx.random.normal(trained[name].shape)
    model.load_weights(list(trained.items()), strict=False)
    model.eval()
    os.makedirs(folder, exist_ok=True)
    mx.save_safetensors(f"{folder}/adapters.safetensors", trained)
    with open(f"{folder}/adapter_config.json", "w") as file:
        json.dump({"fine_tune_type": "lora", "model": "tiny-llama", "num_layers": 1, "lora_parameters": parameters,
                   "batch_size": 4, "seed": 5}, file, indent=4)
    rows = model(mx.array([TOKENS]))[0]
    return [[round(float(x), 5) for x in row] for row in rows.tolist()]


def main(goldens):
    base, out = f"{goldens}/tiny-llama", f"{goldens}/adapters"
    os.makedirs(out, exist_ok=True)
    result = {"tokens": TOKENS, "logits": {}}
    for seed, (name, settings) in enumerate(KINDS.items()):
        torch.manual_seed(20 + seed)
        model = LlamaForCausalLM.from_pretrained(base, dtype=torch.float32)
        adapted = get_peft_model(model, LoraConfig(task_type="CAUSAL_LM", **settings)).eval()
        for parameter, value in adapted.named_parameters():
            if "lora_B" in parameter:
                torch.nn.init.normal_(value, std=0.2)
        shutil.rmtree(f"{out}/{name}", ignore_errors=True)
        adapted.save_pretrained(f"{out}/{name}")
        os.remove(f"{out}/{name}/README.md")
        # What is stored must be enough: the logits are those of the adapter as it is read again.
        again = PeftModel.from_pretrained(
            LlamaForCausalLM.from_pretrained(base, dtype=torch.float32), f"{out}/{name}").eval()
        result["logits"][name] = logits(again)
    write_model(base, f"{out}/tiny-llama.gguf")
    write_gguf(base, f"{goldens}/tiny-adapter", f"{out}/tiny.gguf")
    try:
        result["logits"]["mlx"] = write_mlx(base, f"{out}/mlx")
    except ImportError as error:
        print(f"mlx/ was left as it is: {error}")
        old = f"{out}/logits.json"
        if os.path.exists(old) and "mlx" in (logits_before := json.load(open(old))["logits"]):
            result["logits"]["mlx"] = logits_before["mlx"]
    with open(f"{out}/logits.json", "w") as file:
        json.dump(result, file)
        file.write("\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
