"""Makes the goldens of KeelFormats: what gguf-py and the safetensors package write and decode.

    pip install numpy==2.* gguf==0.19.0 safetensors==0.8.0
    python Scripts/goldens/formats.py

Writes Tests/KeelFormatsTests/Goldens/{quantized.gguf, decoded.safetensors, encoded.gguf,
package.safetensors}.
"""

from pathlib import Path

import gguf
import numpy as np
from gguf import GGMLQuantizationType as T
from safetensors.numpy import save_file

OUT = Path(__file__).parents[2] / "Tests" / "KeelFormatsTests" / "Goldens"
SHAPE = (3, 256)
rng = np.random.default_rng(20250701)

# Offsets of the half-precision scales in a block; all other bytes may be anything.
K_SCALES = {T.Q4_K: (0, 2), T.Q5_K: (0, 2), T.Q6_K: (208,)}


def stored(kind: T) -> np.ndarray:
    """Rows of blocks as bytes (or as floats, for the types without blocks)."""
    if kind in K_SCALES:  # gguf-py decodes these but cannot encode them
        blocks = rng.integers(0, 256, (SHAPE[0], gguf.GGML_QUANT_SIZES[kind][1]), dtype=np.uint8)
        for offset in K_SCALES[kind]:
            scales = rng.normal(0, 0.02, SHAPE[0]).astype(np.float16)
            blocks[:, offset : offset + 2] = scales.view(np.uint8).reshape(-1, 2)
        return blocks
    weights = rng.normal(0, 0.1, SHAPE).astype(np.float32)
    weights[0, :32] = 0  # a block whose scale is 0
    weights[1, :32] *= 1e-5  # a block whose scale is a subnormal half
    return gguf.quants.quantize(weights, kind)


def quantized() -> None:
    writer = gguf.GGUFWriter(OUT / "quantized.gguf", "llama")
    writer.add_uint8("test.uint8", 2**8 - 1)
    writer.add_int8("test.int8", -(2**7))
    writer.add_uint16("test.uint16", 2**16 - 1)
    writer.add_int16("test.int16", -(2**15))
    writer.add_uint32("test.uint32", 2**32 - 1)
    writer.add_int32("test.int32", -(2**31))
    writer.add_uint64("test.uint64", 2**64 - 1)
    writer.add_int64("test.int64", -(2**63))
    writer.add_float32("test.float32", 0.1)
    writer.add_float64("test.float64", 0.1)
    writer.add_bool("test.bool", True)
    writer.add_string("test.string", "Grüße, 世界 🌍")
    writer.add_array("test.strings", ["a", "", "Ġthe"])
    writer.add_array("test.integers", [-1, 0, 1])
    writer.add_array("test.floats", [0.5, -2.0])

    decoded = {}
    kinds = [T.F32, T.F16, T.BF16, T.Q4_0, T.Q4_1, T.Q5_0, T.Q5_1, T.Q8_0, T.Q4_K, T.Q5_K, T.Q6_K]
    for kind in kinds:
        data = stored(kind)
        writer.add_tensor(kind.name, data, raw_dtype=kind)
        decoded[kind.name] = gguf.quants.dequantize(data, kind).reshape(SHAPE)
    # Every finite half, so that the conversion is checked whole.
    halves = np.arange(2**16, dtype=np.uint16)
    halves = halves[np.isfinite(halves.view(np.float16))].view(np.float16)[::7]
    writer.add_tensor("halves", halves)
    decoded["halves"] = halves.astype(np.float32)

    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()
    save_file(decoded, OUT / "decoded.safetensors", {"format": "pt"})


def encoded() -> None:
    """Numbers, and what gguf-py makes of them in the types that Keel writes."""
    draws = np.random.default_rng(7)
    values = draws.normal(0, 0.1, (8, 64)).astype(np.float32)
    values[0, :32] = 0
    values[1, :32] *= 1e-6  # the scale is a subnormal half
    values[2] = draws.integers(-127, 128, 64) + 0.5  # halves between codes, ties between words
    values[3] = 2.0 ** draws.integers(-30, 15, 64)
    values[4, 0], values[4, 1] = 65504, -65519
    writer = gguf.GGUFWriter(OUT / "encoded.gguf", "llama")
    for kind in (T.F32, T.F16, T.BF16, T.Q8_0):
        writer.add_tensor(kind.name, gguf.quants.quantize(values, kind), raw_dtype=kind)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def package() -> None:
    """A file that Keel reads, and writes again byte for byte."""
    tensors = {
        "b.weight": np.arange(6, dtype=np.float32).reshape(2, 3),
        "a.weight": np.arange(4, dtype=np.float32),
        "half": np.arange(3, dtype=np.float16),
        "wide": np.array([-1, 2**40], dtype=np.int64),
        "scalar": np.array(7, dtype=np.uint8),
        "empty": np.zeros((0, 5), dtype=np.float32),
        'quote " back \\ line \n bell \x07 é': np.array([True, False]),
    }
    save_file(tensors, OUT / "package.safetensors", {"format": "pt"})


if __name__ == "__main__":
    OUT.mkdir(parents=True, exist_ok=True)
    quantized()
    encoded()
    package()
