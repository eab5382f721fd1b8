"""llama.cpp by its C interface, which the wheel `xllamacpp` exports: logits, with a control vector or without.

Its structures of parameters are passed as they come, in buffers that are large enough: on x86-64 Linux, that is where the
compiler puts them, too.
"""

import ctypes


class Parameters(ctypes.Structure):
    _fields_ = [("bytes", ctypes.c_ubyte * 2048)]


class Batch(ctypes.Structure):
    _fields_ = [
        ("count", ctypes.c_int32), ("tokens", ctypes.POINTER(ctypes.c_int32)), ("embeddings", ctypes.c_void_p),
        ("positions", ctypes.c_void_p), ("sequence_counts", ctypes.c_void_p), ("sequences", ctypes.c_void_p),
        ("wanted", ctypes.POINTER(ctypes.c_int8))]


class Llama:
    def __init__(self, path):
        import xllamacpp.xllamacpp as binding

        self.c = c = ctypes.CDLL(binding.__file__)
        pointer, number = ctypes.c_void_p, ctypes.c_int32
        for name, result, arguments in [
            ("llama_model_default_params", Parameters, []),
            ("llama_context_default_params", Parameters, []),
            ("llama_model_load_from_file", pointer, [ctypes.c_char_p, Parameters]),
            ("llama_init_from_model", pointer, [pointer, Parameters]),
            ("llama_free", None, [pointer]),
            ("llama_decode", number, [pointer, Batch]),
            ("llama_get_logits_ith", ctypes.POINTER(ctypes.c_float), [pointer, number]),
            ("llama_set_adapter_cvec", number, [pointer, pointer, ctypes.c_size_t, number, number, number]),
            ("llama_model_get_vocab", pointer, [pointer]),
            ("llama_model_n_embd", number, [pointer]),
            ("llama_model_n_layer", number, [pointer]),
            ("llama_vocab_n_tokens", number, [pointer]),
        ]:
            function = getattr(c, name)
            function.restype, function.argtypes = result, arguments
        c.llama_backend_init()
        # It tells its own progress on standard error.
        self.silence = ctypes.CFUNCTYPE(None, ctypes.c_int, ctypes.c_char_p, ctypes.c_void_p)(lambda *_: None)
        c.llama_log_set(self.silence, None)
        self.model = c.llama_model_load_from_file(str(path).encode(), c.llama_model_default_params())
        if not self.model:
            raise SystemExit(f"llama.cpp does not load {path}")
        self.width = c.llama_model_n_embd(self.model)
        self.layers = c.llama_model_n_layer(self.model)
        self.vocabulary = c.llama_vocab_n_tokens(c.llama_model_get_vocab(self.model))

    def logits(self, tokens, directions=None):
        """Logits behind every token: `[tokens, vocabulary]`, float32; at most 512 tokens.

        `directions` are by block, from 1, as `common_control_vector_load` sends direction.N to block N.
        """
        import numpy as np

        c, count = self.c, len(tokens)
        context = c.llama_init_from_model(self.model, c.llama_context_default_params())
        try:
            if directions:
                data = np.zeros((self.layers - 1, self.width), np.float32)
                for block, direction in directions.items():
                    data[block - 1] = direction
                status = c.llama_set_adapter_cvec(context, data.ctypes.data, data.size, self.width, 1, self.layers)
                assert status == 0, status
            batch = Batch(count, (ctypes.c_int32 * count)(*tokens), None, None, None, None,
                          (ctypes.c_int8 * count)(*[1] * count))
            status = c.llama_decode(context, batch)
            assert status == 0, status
            rows = [np.ctypeslib.as_array(c.llama_get_logits_ith(context, i), (self.vocabulary,)) for i in range(count)]
            return np.array(rows)
        finally:
            c.llama_free(context)
