"""Writes t5-buckets.json: which bucket transformers 5.23 gives to offsets -most..most, for several layouts.

    pip install torch==2.15.0 transformers==5.23.0
    python make_t5_buckets.py
"""
import json
from pathlib import Path

import torch
from transformers.models.t5.modeling_t5 import T5Attention

LAYOUTS = [(32, 128), (12, 15), (64, 500), (7, 9)]
offsets = {layout: torch.arange(-layout[1] - 20, layout[1] + 21) for layout in LAYOUTS}
tables = [{"bidirectional": both, "buckets": buckets, "maxDistance": most, "most": most + 20,
           "bucketOf": T5Attention._relative_position_bucket(offsets[buckets, most], both, buckets, most).tolist()}
          for buckets, most in LAYOUTS for both in (True, False)]
(Path(__file__).parent / "t5-buckets.json").write_text(json.dumps(tables, separators=(",", ":")) + "\n")
