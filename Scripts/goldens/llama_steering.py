#!/usr/bin/env python3
"""Writes a control vector for a tiny model, and what llama.cpp says with it.

    pip install xllamacpp gguf numpy
    Scripts/goldens/llama_steering.py Tests/KeelModelTests/Goldens/adapters/tiny-llama.gguf \
        Tests/KeelInterpretabilityTests/Goldens/llama.cpp

Directions go to the blocks that `common_control_vector_load` sends them to: direction.N to block N.
"""

import json
import sys
from pathlib import Path

import gguf
import numpy as np

from llama_engine import Engine

TOKENS = [5, 17, 200, 256, 3, 99, 42]
STRENGTHS = [0, 1, -2.5]


def main():
    model_path, out = sys.argv[1], Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)

    reader = gguf.GGUFReader(model_path)
    width = int(reader.fields["llama.embedding_length"].contents())
    layers = int(reader.fields["llama.block_count"].contents())
    directions = np.random.default_rng(3).normal(size=(layers - 1, width)).astype(np.float32)
    writer = gguf.GGUFWriter(str(out / "vector.gguf"), "controlvector")
    writer.add_string("controlvector.model_hint", "llama")
    writer.add_uint32("controlvector.layer_count", layers - 1)
    for index, direction in enumerate(directions):
        writer.add_tensor(f"direction.{index + 1}", direction)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()

    engine = Engine(model_path)
    rows = [
        {"strength": strength, "logits": list(engine.logits([TOKENS], directions * np.float32(strength))[0])}
        for strength in STRENGTHS]
    (out / "steering.json").write_text(json.dumps({"tokens": TOKENS, "rows": rows}))


main()
