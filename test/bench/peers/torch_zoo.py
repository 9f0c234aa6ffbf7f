"""PyTorch's side of the training benchmark for BERT and T5: the classes of transformers, the way a careful user trains them.

Scaled dot product attention where the class has it, fused AdamW with decay on matrices only, clipping by the global norm,
autocast for bfloat16, optionally torch.compile. Speaks as torch_gpt.py does.
"""
import json
import resource
import sys
import time

import torch
import torch.nn as nn
import transformers as tf

setup = json.loads(sys.stdin.readline())
work = setup["work"]
L, H, C, V, B, T = (work[k] for k in ("layers", "heads", "channels", "vocab", "batch", "positions"))
W = work["written"]

torch.manual_seed(0)
torch.set_num_threads(setup["threads"])
tokens = torch.tensor(setup["tokens"])
# no dropout on either side
if work["family"] == "bert":
    config = tf.BertConfig(vocab_size=V, hidden_size=C, num_hidden_layers=L, num_attention_heads=H, intermediate_size=4 * C,
                           hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attn_implementation="sdpa")
    model = tf.BertForMaskedLM(config)
    ids = tokens.view(B, T)
    foretold = torch.arange(B * T).view(B, T) % 7 == 3
    labels = ids[foretold]

    def loss_of(model):
        # only what is foretold goes through the head, a fifth of the work: the class itself would do it for every place
        hidden = model.bert(input_ids=ids).last_hidden_state[foretold]
        return nn.functional.cross_entropy(model.cls(hidden).float(), labels)
else:
    config = tf.T5Config(vocab_size=V, d_model=C, d_kv=64, d_ff=4 * C, num_layers=L, num_heads=H, dropout_rate=0.0,
                         decoder_start_token_id=0)
    model = tf.T5ForConditionalGeneration(config)
    batch = dict(input_ids=tokens[: B * T].view(B, T), labels=tokens[B * T:].view(B, W))

    def loss_of(model):
        return model(**batch).loss
model.train()
step_loss = torch.compile(loss_of) if setup["compile"] else loss_of
groups = [
    {"params": [w for w in model.parameters() if w.dim() > 1], "weight_decay": 0.1},
    {"params": [w for w in model.parameters() if w.dim() == 1], "weight_decay": 0.0},
]
optimizer = torch.optim.AdamW(groups, lr=1e-4, betas=(0.9, 0.95), fused=True)


def step():
    with torch.autocast("cpu", dtype=torch.bfloat16, enabled=work["precision"] == "bfloat16"):
        loss = step_loss(model)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad(set_to_none=True)
    return loss.item()


def answer(message):
    print(json.dumps(message), flush=True)


answer({"name": "PyTorch " + torch.__version__.split("+")[0] + (" compile" if setup["compile"] else " eager")})
for line in sys.stdin:
    seconds, loss = [], 0.0
    for _ in range(int(line)):
        start = time.perf_counter()
        loss = step()
        seconds.append(time.perf_counter() - start)
    answer({"seconds": seconds, "loss": loss, "bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024})
