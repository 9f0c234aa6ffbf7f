"""Writes t5-texts.json: what transformers' generate answers with the golden T5 checkpoints, greedy and with beams.

    pip install torch==2.15.0 transformers==5.23.0
    python make_t5_texts.py [FILE]

Sources of different lengths share a batch, padded on the right with 0. Answers are without the start, and end before the first
end-of-text or at their full length. As the end counts a token that these checkpoints do write.
"""
import json
import sys
from pathlib import Path

import torch
from transformers import T5ForConditionalGeneration

torch.set_num_threads(1)
HERE = Path(__file__).parent
MAX_TOKENS = 24
ENDS = {"t5": 100, "t5-gated": 2, "t5-v1_1": 24}
SETTINGS = {"greedy": dict(num_beams=1), "beams4": dict(num_beams=4, num_return_sequences=1, length_penalty=1.0),
            "beams3-short": dict(num_beams=3, num_return_sequences=3, length_penalty=-1.0),
            "beams3-early": dict(num_beams=3, num_return_sequences=2, length_penalty=0.6, early_stopping=True)}


def without_start_and_end(ids, end):
    ids = ids[1:]
    return ids[:ids.index(end)] if end in ids else ids


out = []
for checkpoint, end in ENDS.items():
    model = T5ForConditionalGeneration.from_pretrained(HERE / checkpoint).eval()
    torch.manual_seed(3)
    sources = [torch.randint(5, model.config.vocab_size, (length,)).tolist() for length in (9, 3, 14, 1)]
    width = max(map(len, sources))
    ids = torch.tensor([source + [0] * (width - len(source)) for source in sources])
    mask = torch.tensor([[1] * len(source) + [0] * (width - len(source)) for source in sources])
    for name, settings in SETTINGS.items():
        with torch.no_grad():
            written = model.generate(input_ids=ids, attention_mask=mask, max_new_tokens=MAX_TOKENS, do_sample=False,
                                     pad_token_id=0, eos_token_id=end, decoder_start_token_id=0, **settings)
        rows = [without_start_and_end(row, end) for row in written.tolist()]
        each = len(rows) // len(sources)
        out.append({"checkpoint": checkpoint, "name": name, "settings": settings, "maxTokens": MAX_TOKENS, "end": end,
                    "sources": sources, "answers": [rows[i * each:(i + 1) * each] for i in range(len(sources))]})
target = Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "t5-texts.json"
target.write_text("[\n" + ",\n".join(json.dumps(one, separators=(",", ":")) for one in out) + "\n]\n")
