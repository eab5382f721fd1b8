#!/usr/bin/env python3
"""Writes a control vector for a tiny model, and what llama.cpp says with it.

    pip install xllamacpp gguf numpy
    Scripts/goldens/llama_steering.py Tests/KeelModelTests/Goldens/adapters/tiny-llama.gguf \
        Tests/KeelInterpretabilityTests/Goldens/llama.cpp

The wheel exports llama.cpp's C interface. Its structures are passed as they come, in buffers that are large enough:
on x86-64 Linux, that is where the compiler puts them, too. Directions go to the blocks that `common_control_vector_load`
sends them to: direction.N to block N.
"""

import ctypes
import json
import sys
from pathlib import Path

import gguf
import numpy as np
import xllamacpp.xllamacpp as binding

TOKENS = [5, 17, 200, 256, 3, 99, 42]
STRENGTHS = [0, 1, -2.5]


class Any(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_ubyte * 2048)]


def main():
    model_path, out = sys.argv[1], Path(sys.argv[2])
    out.mkdir(parents=True, exist_ok=True)
    llama = ctypes.CDLL(binding.__file__)
    for name in ("llama_model_default_params", "llama_context_default_params", "llama_batch_get_one"):
        getattr(llama, name).restype = Any
    for name in ("llama_model_load_from_file", "llama_init_from_model", "llama_model_get_vocab"):
        getattr(llama, name).restype = ctypes.c_void_p
    llama.llama_get_logits_ith.restype = ctypes.POINTER(ctypes.c_float)
    llama.llama_model_load_from_file.argtypes = [ctypes.c_char_p, Any]
    llama.llama_init_from_model.argtypes = [ctypes.c_void_p, Any]
    llama.llama_decode.argtypes = [ctypes.c_void_p, Any]
    llama.llama_batch_get_one.argtypes = [ctypes.c_void_p, ctypes.c_int32]
    llama.llama_get_logits_ith.argtypes = [ctypes.c_void_p, ctypes.c_int32]
    llama.llama_set_adapter_cvec.argtypes = [
        ctypes.c_void_p, ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int32, ctypes.c_int32, ctypes.c_int32]
    llama.llama_model_get_vocab.argtypes = [ctypes.c_void_p]
    llama.llama_vocab_n_tokens.argtypes = [ctypes.c_void_p]
    llama.llama_backend_init()

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

    model = llama.llama_model_load_from_file(model_path.encode(), llama.llama_model_default_params())
    vocabulary = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(model))
    rows = []
    for strength in STRENGTHS:
        context = llama.llama_init_from_model(model, llama.llama_context_default_params())
        data = np.ascontiguousarray(directions * np.float32(strength))
        status = llama.llama_set_adapter_cvec(context, data.ctypes.data, data.size, width, 1, layers)
        assert status == 0, status
        tokens = (ctypes.c_int32 * len(TOKENS))(*TOKENS)
        assert llama.llama_decode(context, llama.llama_batch_get_one(tokens, len(TOKENS))) == 0
        logits = llama.llama_get_logits_ith(context, -1)
        rows.append({"strength": strength, "logits": [logits[i] for i in range(vocabulary)]})
    (out / "steering.json").write_text(json.dumps({"tokens": TOKENS, "rows": rows}))


main()
