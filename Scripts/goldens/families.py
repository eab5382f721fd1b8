"""Makes the goldens of the families of models: random tiny models by transformers, and what it says of them in float32.

    python3 -m venv venv && venv/bin/pip install torch==2.13.0 transformers==5.23.0 gguf==0.19.0
    venv/bin/python Scripts/goldens/families.py Tests/KeelModelTests/Goldens/families

A folder each:
    config.json, model*.safetensors     the model in bfloat16, in shards where SHARDED says so; of those in OLD, the
                                        keys of config.json are those of transformers 4
    tokenizer.json                      a letter a token
    logits.json                         its logits on 24 tokens, the windows being shorter
and for those in GGUF the same weights as llama.cpp's converter lays them out: model.gguf, or parts of it.
"""

import json
import math
import os
import shutil
import sys

import gguf
import torch
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from transformers import AutoConfig, AutoModelForCausalLM

LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQ0."
SPECIAL = ["<|start|>", "<|end|>"]
VOCABULARY = len(LETTERS) + 1 + len(SPECIAL)  # and one merge
LENGTH = 24


def shape(width, inner, layers, heads, key_heads, head, tied, **more):
    return dict(
        hidden_size=width, intermediate_size=inner, num_hidden_layers=layers, num_attention_heads=heads,
        num_key_value_heads=key_heads, head_dim=head, tie_word_embeddings=tied, **more)


def rope(theta, **scaling):
    return {"rope_theta": theta, "rope_type": "default", **scaling}


def windows(full, sliding):
    return {"full_attention": full, "sliding_attention": {"rope_type": "default", "rope_theta": sliding}}


LLAMA3 = dict(rope_type="llama3", factor=8.0, low_freq_factor=1.0, high_freq_factor=4.0)
SHAPES = {
    "llama-odd": ("llama", shape(
        24, 32, 2, 3, 1, 8, False, rope_parameters=rope(100.0, original_max_position_embeddings=16, **LLAMA3))),
    "llama-linear": ("llama", shape(
        24, 32, 2, 4, 2, 6, True, rope_parameters=rope(10000.0, rope_type="linear", factor=4.0))),
    "llama-biased": ("llama", shape(
        20, 28, 2, 5, 5, 10, False, attention_bias=True, mlp_bias=True, rope_parameters=rope(10000.0))),
    "llama-3": ("llama", shape(
        32, 32, 2, 4, 2, 8, True,
        rope_parameters=rope(500000.0, original_max_position_embeddings=8192, **LLAMA3))),
    "mistral-window": ("mistral", shape(24, 32, 2, 3, 1, 64, False, sliding_window=7, rope_parameters=rope(10000.0))),
    "mistral-whole": ("mistral", shape(24, 32, 2, 4, 2, 6, True, sliding_window=None, rope_parameters=rope(1e6))),
    "mistral-narrow": ("mistral", shape(24, 24, 2, 3, 3, 10, False, sliding_window=5, rope_parameters=rope(1e4))),
    "qwen2-odd": ("qwen2", shape(30, 32, 2, 3, 1, 10, False, rope_parameters=rope(1e6))),
    "qwen2-late-windows": ("qwen2", shape(
        24, 32, 3, 4, 2, 6, True, use_sliding_window=True, sliding_window=6, max_window_layers=1,
        rope_parameters=rope(1e4))),
    "qwen2-types": ("qwen2", shape(
        24, 16, 2, 3, 1, 64, True, use_sliding_window=True, sliding_window=9,
        layer_types=["sliding_attention", "full_attention"], rope_parameters=rope(1e4))),
    "qwen3-odd": ("qwen3", shape(24, 32, 2, 3, 1, 16, False, rope_parameters=rope(1e6))),
    "qwen3-tied": ("qwen3", shape(24, 32, 3, 4, 2, 8, True, rope_parameters=rope(1e6))),
    "qwen3-biased-windows": ("qwen3", shape(
        24, 32, 2, 2, 2, 64, False, attention_bias=True, use_sliding_window=True, sliding_window=8,
        max_window_layers=1, rope_parameters=rope(1e4))),
    "gemma3-odd": ("gemma3_text", shape(
        24, 32, 3, 3, 1, 16, True, sliding_window=5, query_pre_attn_scalar=16,
        layer_types=["sliding_attention", "sliding_attention", "full_attention"],
        rope_parameters=windows(rope(1e6), 1e4))),
    "gemma3-scaled": ("gemma3_text", shape(
        24, 32, 2, 4, 2, 64, False, sliding_window=7, query_pre_attn_scalar=20,
        layer_types=["sliding_attention", "full_attention"],
        rope_parameters=windows(rope(1e3, rope_type="linear", factor=8.0), 1e2))),
    "gemma3-of-many-kinds": ("gemma3_text", shape(
        20, 24, 6, 2, 1, 10, True, sliding_window=6, query_pre_attn_scalar=10,
        rope_parameters=windows(rope(1e6), 1e4))),
    "smollm3-odd": ("smollm3", shape(24, 32, 4, 3, 1, 8, True, rope_parameters=rope(2e6))),
    "smollm3-listed": ("smollm3", shape(
        24, 32, 3, 4, 2, 6, False, no_rope_layers=[0, 1, 1], rope_parameters=rope(1e4))),
    "smollm3-windows": ("smollm3", shape(
        24, 32, 2, 2, 2, 12, True, no_rope_layers=[1, 0], use_sliding_window=True, sliding_window=6,
        attention_bias=True, rope_parameters=rope(1e4))),
}
OLD = {"llama-odd", "mistral-narrow", "qwen2-late-windows", "qwen3-tied", "gemma3-scaled", "gemma3-of-many-kinds"}
SHARDED = {"qwen2-odd", "gemma3-odd"}
MULTIMODAL = {"gemma3-of-many-kinds"}
GGUF = {
    "llama-3": gguf.MODEL_ARCH.LLAMA, "qwen2-odd": gguf.MODEL_ARCH.QWEN2, "qwen3-odd": gguf.MODEL_ARCH.QWEN3,
    "gemma3-of-many-kinds": gguf.MODEL_ARCH.GEMMA3, "smollm3-odd": gguf.MODEL_ARCH.SMOLLM3,
}
SPLIT = {"qwen3-odd"}


def made(kind, settings):
    """A model whose weights are bfloat16 numbers, computed with in float32."""
    config = AutoConfig.for_model(
        kind, vocab_size=VOCABULARY, max_position_embeddings=128, initializer_range=0.3, bos_token_id=VOCABULARY - 2,
        eos_token_id=VOCABULARY - 1, pad_token_id=None, attn_implementation="eager", **settings)
    model = AutoModelForCausalLM.from_config(config).eval()
    with torch.no_grad():
        for parameter in model.parameters():
            # Norms and biases, which begin as all alike.
            if parameter.dim() == 1:
                parameter.add_(torch.randn_like(parameter) * 0.3)
            parameter.copy_(parameter.to(torch.bfloat16).float())
    return model


def old_keys(config):
    """config.json as transformers 4 wrote it."""
    parameters = config.pop("rope_parameters")
    config["torch_dtype"] = config.pop("dtype")
    if "full_attention" in parameters:
        config["rope_local_base_freq"] = parameters["sliding_attention"]["rope_theta"]
        parameters = parameters["full_attention"]
        types = config.pop("layer_types")
        config["sliding_window_pattern"] = types.index("full_attention") + 1
    else:
        config.pop("layer_types", None)
    config["rope_theta"] = parameters.pop("rope_theta")
    kind = parameters.pop("rope_type")
    config["rope_scaling"] = None if kind == "default" else {"type": kind, **parameters}
    return config


def multimodal(folder, config):
    """The same as the text part of a model that sees, too, with the defaults left out."""
    from safetensors.torch import load_file, save_file
    weights = load_file(f"{folder}/model.safetensors")
    weights = {"language_model." + name: value for name, value in weights.items()}
    weights["vision_tower.patch.weight"] = torch.zeros(2, 2)
    save_file(weights, f"{folder}/model.safetensors", metadata={"format": "pt"})
    for key in ("tie_word_embeddings", "hidden_activation", "model_type"):
        config.pop(key)
    return {"architectures": ["Gemma3ForConditionalGeneration"], "model_type": "gemma3",
            "eos_token_id": [VOCABULARY - 1], "text_config": {"model_type": "gemma3_text", **config}}


def write_tokenizer(folder):
    vocabulary = {letter: i for i, letter in enumerate(LETTERS)} | {"ab": len(LETTERS)}
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=[("a", "b")]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(SPECIAL)
    tokenizer.save(f"{folder}/tokenizer.json", pretty=False)


def permuted(weight, heads):
    return weight.reshape(heads, 2, weight.shape[0] // heads // 2, *weight.shape[1:]).swapaxes(1, 2).reshape(weight.shape)


def write_gguf(model, kind, path, split):
    config = model.config
    name = gguf.MODEL_ARCH_NAMES[kind]
    writer = gguf.GGUFWriter(path, name, split_max_tensors=9 if split else 0)
    writer.add_context_length(config.max_position_embeddings)
    writer.add_embedding_length(config.hidden_size)
    writer.add_block_count(config.num_hidden_layers)
    writer.add_feed_forward_length(config.intermediate_size)
    writer.add_head_count(config.num_attention_heads)
    writer.add_head_count_kv(config.num_key_value_heads)
    writer.add_layer_norm_rms_eps(config.rms_norm_eps)
    writer.add_key_length(config.head_dim)
    writer.add_value_length(config.head_dim)
    parameters = config.rope_parameters
    writer.add_rope_freq_base(parameters.get("full_attention", parameters)["rope_theta"])
    if name == "gemma3":
        writer.add_sliding_window(config.sliding_window)
    if name in ("llama", "smollm3"):
        writer.add_rope_dimension_count(config.head_dim)
    writer.add_vocab_size(VOCABULARY)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(list(LETTERS) + ["ab"] + SPECIAL)
    writer.add_token_types([1] * (len(LETTERS) + 1) + [3] * len(SPECIAL))
    writer.add_token_merges(["a b"])
    writer.add_bos_token_id(VOCABULARY - 2)
    writer.add_eos_token_id(VOCABULARY - 1)
    writer.add_add_bos_token(False)
    names = gguf.get_tensor_name_map(kind, config.num_hidden_layers)
    for key, value in model.state_dict().items():
        if key == "lm_head.weight" and config.tie_word_embeddings:
            continue
        if name in ("llama", "smollm3") and ".q_proj." in key:
            value = permuted(value, config.num_attention_heads)
        if name in ("llama", "smollm3") and ".k_proj." in key:
            value = permuted(value, config.num_key_value_heads)
        if name == "gemma3" and key.endswith("norm.weight"):
            value = value + 1
        data, kind_of_data = value.contiguous().numpy(), None
        if value.dim() == 2:
            kind_of_data = gguf.GGMLQuantizationType.BF16
            data = gguf.quantize(data, kind_of_data)
        writer.add_tensor(names.get_name(key, (".weight", ".bias")), data, raw_dtype=kind_of_data)
    if parameters.get("rope_type") == "llama3":
        plain = [parameters["rope_theta"] ** (i / config.head_dim) for i in range(0, config.head_dim, 2)]
        low = parameters["original_max_position_embeddings"] / parameters["low_freq_factor"]
        high = parameters["original_max_position_embeddings"] / parameters["high_freq_factor"]
        divisors = []
        for length in (2 * math.pi * x for x in plain):
            smooth = (low * parameters["low_freq_factor"] / length - parameters["low_freq_factor"]) / (
                parameters["high_freq_factor"] - parameters["low_freq_factor"])
            divisors.append(1 if length < high else parameters["factor"] if length > low
                            else 1 / ((1 - smooth) / parameters["factor"] + smooth))
        writer.add_tensor("rope_freqs.weight", torch.tensor(divisors).numpy())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def main(out):
    for index, (name, (kind, settings)) in enumerate(SHAPES.items()):
        torch.manual_seed(100 + index)
        folder = f"{out}/{name}"
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        model = made(kind, settings)
        tokens = torch.randint(0, VOCABULARY - len(SPECIAL), (LENGTH,)).tolist()
        with torch.no_grad():
            logits = model(torch.tensor([tokens])).logits[0]
        with open(f"{folder}/logits.json", "w") as file:
            json.dump({"tokens": tokens, "logits": [[round(float(x), 5) for x in row] for row in logits]}, file,
                      separators=(",", ":"))
        if name in GGUF:
            write_gguf(model, GGUF[name], f"{folder}/model.gguf", name in SPLIT)
        model.to(torch.bfloat16).save_pretrained(folder, max_shard_size="9KB" if name in SHARDED else "1GB")
        config = json.load(open(f"{folder}/config.json"))
        if name in OLD:
            config = old_keys(config)
        if name in MULTIMODAL:
            config = multimodal(folder, config)
        with open(f"{folder}/config.json", "w") as file:
            json.dump(config, file, indent=1, sort_keys=True)
        if os.path.exists(f"{folder}/generation_config.json"):
            os.remove(f"{folder}/generation_config.json")
        write_tokenizer(folder)
        print(f"{name}: {sum(os.path.getsize(f'{folder}/{f}') for f in os.listdir(folder))} bytes, "
              f"greatest logit {float(logits.abs().max()):.2f}")


if __name__ == "__main__":
    main(sys.argv[1])
