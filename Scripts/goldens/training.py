"""Makes the goldens of KeelTrainingTests: what TRL and PEFT do, in float32, on a small random model.

    python3 -m venv venv && venv/bin/pip install torch==2.13.0 transformers==5.23.0 peft==0.21.2 trl==1.16.0
    venv/bin/python Scripts/goldens/training.py Tests/KeelTrainingTests/Goldens

Written:
    model/, adapter/      a random Llama of 2 layers whose tokens are bytes, and a fresh LoRA adapter of it
    sft.jsonl, text.jsonl, dpo.jsonl     rows, trained on in this order, 4 a step
    training.json         for each method its settings, and loss and gradient norm of 20 steps
    trained/              the adapter after the steps of "sft"
    trained.json          tokens, and the model's logits with it
"""

import json
import os
import random
import shutil
import sys
import tempfile

import torch
from datasets import Dataset
from peft import LoraConfig, PeftModel, get_peft_model
from tokenizers import Tokenizer, decoders, models, pre_tokenizers
from torch.utils.data import SequentialSampler
from transformers import LlamaConfig, LlamaForCausalLM, PreTrainedTokenizerFast
from trl import DPOConfig, DPOTrainer, SFTConfig, SFTTrainer

WORDS = "the keel holds a ship upright in wind and sea while sails take what comes from any side".split()
TEMPLATE = (
    "{% for m in messages %}<|start|>{{ m.role }}: {{ m.content }}<|end|>{% endfor %}"
    "{% if add_generation_prompt %}<|start|>assistant: {% endif %}"
)
STEPS, BATCH = 20, 4


def say(draw, least, most):
    return " ".join(draw.choices(WORDS, k=draw.randint(least, most))).capitalize() + "."


def make_model(out):
    torch.manual_seed(11)
    model = LlamaForCausalLM(LlamaConfig(
        vocab_size=260, hidden_size=32, intermediate_size=48, num_hidden_layers=2, num_attention_heads=4,
        num_key_value_heads=2, max_position_embeddings=512, rope_theta=10000.0, rms_norm_eps=1e-5,
        tie_word_embeddings=True, bos_token_id=256, eos_token_id=257, pad_token_id=258, initializer_range=0.2))
    folder = f"{out}/model"
    model.save_pretrained(folder)
    alphabet = sorted(pre_tokenizers.ByteLevel.alphabet())
    tokenizer = Tokenizer(models.BPE(vocab={c: i for i, c in enumerate(alphabet)}, merges=[]))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    tokenizer.add_special_tokens(["<|start|>", "<|end|>", "<|pad|>"])
    tokenizer.save(f"{folder}/tokenizer.json")
    with open(f"{folder}/chat_template.jinja", "w") as file:
        file.write(TEMPLATE)
    torch.manual_seed(12)
    adapted = get_peft_model(model, LoraConfig(
        r=4, lora_alpha=8, target_modules="all-linear", task_type="CAUSAL_LM"))
    adapted.save_pretrained(f"{out}/adapter")
    os.remove(f"{out}/adapter/README.md")


def load(out):
    model = LlamaForCausalLM.from_pretrained(f"{out}/model", dtype=torch.float32)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_file=f"{out}/model/tokenizer.json", eos_token="<|end|>", pad_token="<|pad|>", chat_template=TEMPLATE)
    return PeftModel.from_pretrained(model, f"{out}/adapter", is_trainable=True), tokenizer


def rows():
    draw = random.Random(13)
    user = lambda: [{"role": "user", "content": say(draw, 2, 9)}]
    answer = lambda: [{"role": "assistant", "content": say(draw, 1, 14)}]
    sft = [{"prompt": user(), "completion": answer()} for _ in range(24)]
    text = [{"text": say(draw, 4, 20)} for _ in range(24)]
    dpo = [{"prompt": user(), "chosen": answer(), "rejected": answer()} for _ in range(24)]
    return {"sft": sft, "text": text, "dpo": dpo}


def in_order(trainer_class):
    class Ordered(trainer_class):
        def _get_train_sampler(self, dataset=None):
            return SequentialSampler(dataset or self.train_dataset)

    return Ordered


def common(rate, schedule):
    return dict(
        output_dir=tempfile.mkdtemp(), per_device_train_batch_size=BATCH, max_steps=STEPS, learning_rate=rate,
        lr_scheduler_type=schedule, warmup_steps=3, weight_decay=0.01, max_grad_norm=1.0, logging_steps=1,
        save_strategy="no", report_to=[], use_cpu=True, bf16=False, gradient_checkpointing=False, seed=0,
        disable_tqdm=True)


def history(trainer):
    trainer.train()
    steps = [line for line in trainer.state.log_history if "loss" in line and "grad_norm" in line]
    return {"loss": [s["loss"] for s in steps], "grad_norm": [float(s["grad_norm"]) for s in steps]}


def main(out):
    shutil.rmtree(out, ignore_errors=True)
    os.makedirs(out)
    make_model(out)
    data = rows()
    for name, lines in data.items():
        with open(f"{out}/{name}.jsonl", "w") as file:
            file.writelines(json.dumps(line) + "\n" for line in lines)
    goldens = []
    for name, rate, schedule in [("sft", 5e-3, "cosine"), ("text", 5e-3, "linear")]:
        model, tokenizer = load(out)
        trainer = in_order(SFTTrainer)(
            model=model, args=SFTConfig(**common(rate, schedule)), train_dataset=Dataset.from_list(data[name]),
            processing_class=tokenizer)
        goldens.append({"data": name, "learning_rate": rate, "schedule": schedule, **history(trainer)})
        if name == "sft":
            model.save_pretrained(f"{out}/trained")
            os.remove(f"{out}/trained/README.md")
            ids = list(b"The keel holds")
            with torch.no_grad():
                logits = model.eval()(torch.tensor([ids])).logits[0]
            with open(f"{out}/trained.json", "w") as file:
                json.dump({"tokens": ids, "logits": [[round(float(v), 5) for v in row] for row in logits]}, file)
    for loss, smoothing, rate in [("sigmoid", 0.0, 2e-3), ("ipo", 0.0, 2e-3), ("robust", 0.1, 2e-3)]:
        model, tokenizer = load(out)
        trainer = in_order(DPOTrainer)(
            model=model, args=DPOConfig(**common(rate, "constant_with_warmup"), beta=0.5, loss_type=[loss],
                                        label_smoothing=smoothing),
            train_dataset=Dataset.from_list(data["dpo"]), processing_class=tokenizer)
        goldens.append({"data": "dpo", "learning_rate": rate, "schedule": "constant", "loss_type": loss, "beta": 0.5,
                        "label_smoothing": smoothing, **history(trainer)})
    with open(f"{out}/training.json", "w") as file:
        json.dump(goldens, file, indent=1)
        file.write("\n")


if __name__ == "__main__":
    main(sys.argv[1])
