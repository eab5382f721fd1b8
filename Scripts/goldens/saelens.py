#!/usr/bin/env python3
"""Writes sparse autoencoders by SAELens itself, with what it makes of some activations.

    pip install sae-lens
    Scripts/goldens/saelens.py Tests/KeelInterpretabilityTests/Goldens/saelens

One folder for each architecture that Keel reads, and for layer normalization; `values.json` beside each has the
input, the latents' activations and the reconstruction.
"""

import json
import sys
from pathlib import Path

import torch
from sae_lens import JumpReLUSAE, JumpReLUSAEConfig, StandardSAE, StandardSAEConfig, TopKSAE, TopKSAEConfig
from sae_lens.saes.sae import SAEMetadata

C, S, N = 8, 24, 6
METADATA = dict(model_name="tiny", hook_name="blocks.1.hook_resid_post", context_size=64, prepend_bos=False)


def fill(sae):
    for name, parameter in sorted(sae.named_parameters()):
        parameter.data = torch.randn(parameter.shape) * (0.3 if name.startswith("b") else 1)
        if name == "threshold":
            parameter.data = parameter.data.abs()
    return sae


def main():
    out = Path(sys.argv[1])
    torch.manual_seed(11)
    common = dict(d_in=C, d_sae=S, dtype="float32", device="cpu")
    autoencoders = {
        "standard": StandardSAE(StandardSAEConfig(**common)),
        "standard-uncentered": StandardSAE(StandardSAEConfig(**common, apply_b_dec_to_input=False)),
        "standard-layer-norm": StandardSAE(StandardSAEConfig(**common, normalize_activations="layer_norm")),
        "topk": TopKSAE(TopKSAEConfig(**common, k=5, rescale_acts_by_decoder_norm=False)),
        "topk-rescaled": TopKSAE(TopKSAEConfig(**common, k=5, rescale_acts_by_decoder_norm=True)),
        "jumprelu": JumpReLUSAE(JumpReLUSAEConfig(**common)),
    }
    for name, sae in autoencoders.items():
        fill(sae)
        sae.cfg.metadata = SAEMetadata(**METADATA)
        sae.save_model(out / name)
        x = torch.randn(N, C) * 2
        with torch.no_grad():
            f = sae.encode(x)
            f = f.to_dense() if f.is_sparse else f
            y = sae.decode(f)
        (out / f"{name}.json").write_text(json.dumps({
            "x": x.tolist(), "f": f.tolist(), "y": y.tolist()}, indent=None))


main()
