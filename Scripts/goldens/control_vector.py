#!/usr/bin/env python3
"""Writes a control vector by gguf-py in the way that repeng does (ControlVector.export_gguf).

    pip install gguf numpy
    Scripts/goldens/control_vector.py Tests/KeelFormatsTests/Goldens/control-vector.gguf
"""

import sys

import gguf
import numpy as np

writer = gguf.GGUFWriter(sys.argv[1], "controlvector")
writer.add_string("controlvector.model_hint", "llama")
writer.add_uint32("controlvector.layer_count", 2)
writer.add_tensor("direction.1", np.array([0.5, -1, 2, 0], dtype=np.float32))
writer.add_tensor("direction.2", np.array([1, 1.5, -0.25, 3], dtype=np.float32))
writer.write_header_to_file()
writer.write_kv_data_to_file()
writer.write_tensors_to_file()
writer.close()
