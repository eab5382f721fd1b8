#!/usr/bin/env python3
"""Writes a control vector for a tiny model, and what llama.cpp says with it.

    pip install xllamacpp gguf numpy
    Scripts/goldens/llama_steering.py Tests/KeelModelTests/Goldens/adapters/tiny-llama.gguf \
        Tests/KeelInterpretabilityTests/Goldens/llama.cpp
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from llama import Llama

TOKENS = [5, 17, 200, 256, 3, 99, 42]
STRENGTHS = [0, 1, -2.5]


def main():
    model_path, out = sys.argv[1], Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    llama = Llama(model_path)
    directions = np.random.default_rng(3).normal(size=(llama.layers - 1, llama.width)).astype(np.float32)
    writer = gguf.GGUFWriter(str(out / "vector.gguf"), "controlvector")
    writer.add_string("controlvector.model_hint", "llama")
    writer.add_uint32("controlvector.layer_count", llama.layers - 1)
    for index, direction in enumerate(directions):
        writer.add_tensor(f"direction.{index + 1}", direction)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    rows = []
    for strength in STRENGTHS:
        scaled = {index + 1: direction * np.float32(strength) for index, direction in enumerate(directions)}
        rows.append({"strength": strength, "logits": llama.logits(TOKENS, scaled)[-1].tolist()})
    (out / "steering.json").write_text(json.dumps({"tokens": TOKENS, "rows": rows}))


main()
