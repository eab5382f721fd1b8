"""llama.cpp's C interface, which the wheel xllamacpp exports: logits, with control vectors or without.

Its structures are passed as they come, in buffers that are large enough: on x86-64 Linux, that is where the compiler
puts them, too. Keys and values are float16, as llama.cpp keeps them.
"""

import ctypes

import numpy as np


class Any(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_ubyte * 2048)]


class Engine:
    def __init__(self, path):
        import xllamacpp.xllamacpp as binding
        self.llama = llama = ctypes.CDLL(binding.__file__)
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
        llama.llama_free.argtypes = [ctypes.c_void_p]
        llama.llama_backend_init()
        self.model = llama.llama_model_load_from_file(str(path).encode(), llama.llama_model_default_params())
        assert self.model, f"llama.cpp does not load {path}"
        self.vocabulary = llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(self.model))

    def logits(self, parts, directions=None):
        """Behind each part of a text, one row; `directions` ([layers - 1, width]) are added to blocks 1 and up."""
        context = self.llama.llama_init_from_model(self.model, self.llama.llama_context_default_params())
        if directions is not None:
            data = np.ascontiguousarray(directions, dtype=np.float32)
            blocks, width = data.shape
            status = self.llama.llama_set_adapter_cvec(context, data.ctypes.data, data.size, width, 1, blocks + 1)
            assert status == 0, status
        rows = []
        for part in parts:
            tokens = (ctypes.c_int32 * len(part))(*part)
            assert self.llama.llama_decode(context, self.llama.llama_batch_get_one(tokens, len(part))) == 0
            logits = self.llama.llama_get_logits_ith(context, -1)
            rows.append(np.array([logits[i] for i in range(self.vocabulary)], dtype=np.float64))
        self.llama.llama_free(context)
        return rows
