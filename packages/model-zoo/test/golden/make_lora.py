"""Writes what LoRA by hand, in PyTorch, says of the tiny checkpoints beside this file: lora/<name>.safetensors.

    pip install torch==2.15.0 transformers==5.23.0 safetensors==0.8.0
    python make_lora.py

Each adapted module gives x W + (x A^T) B^T * alpha / rank, as in the paper, with W frozen. Names of A and B are those of `peft`; in
the files are A and B, what was read, the loss, the logits, and the gradients of A and B.
"""
from pathlib import Path

import torch
import transformers as T
from safetensors.torch import save_file

here = Path(__file__).resolve().parent
RANK, ALPHA = 3, 6


class Adapted(torch.nn.Module):
    def __init__(self, base, into, out):
        super().__init__()
        self.base = base
        self.lora_A = torch.nn.Linear(into, RANK, bias=False)
        self.lora_B = torch.nn.Linear(RANK, out, bias=False)
        torch.nn.init.normal_(self.lora_B.weight, std=0.3)

    def forward(self, x):
        return self.base(x) + self.lora_B(self.lora_A(x)) * (ALPHA / RANK)


def adapt(model, targets):
    for p in model.parameters():
        p.requires_grad_(False)
    for name, module in list(model.named_modules()):
        if name.split(".")[-1] not in targets:
            continue
        shape = module.weight.shape
        into, out = (shape if type(module).__name__ == "Conv1D" else reversed(shape))
        parent = model.get_submodule(name.rsplit(".", 1)[0])
        setattr(parent, name.rsplit(".", 1)[1], Adapted(module, into, out))
    return {n: p for n, p in model.named_parameters() if "lora_" in n}


def write(name, model, targets, batch):
    torch.manual_seed(5)
    thin = adapt(model.eval(), targets)
    result = model(**batch)
    result.loss.backward()
    named = {f"base_model.model.{n}": p for n, p in thin.items()}
    save_file({**{k: v.contiguous() for k, v in batch.items()}, "loss": result.loss.detach(), "logits": result.logits.detach().contiguous(),
               **{n: p.detach().contiguous() for n, p in named.items()},
               **{f"grad.{n}": p.grad.contiguous() for n, p in named.items()}}, here / "lora" / f"{name}.safetensors")


if __name__ == "__main__":
    (here / "lora").mkdir(exist_ok=True)
    torch.manual_seed(3)
    ids = torch.randint(5, 32, (2, 7))
    write("gpt2", T.GPT2LMHeadModel.from_pretrained(here / "gpt2"), ["c_attn"], dict(input_ids=ids, labels=ids.clone()))
    mask = torch.ones_like(ids)
    mask[1, 5:] = 0
    write("bert-classification", T.BertForSequenceClassification.from_pretrained(here / "bert-classification"), ["query", "value"],
          dict(input_ids=ids.masked_fill(mask == 0, 0), attention_mask=mask, labels=torch.tensor([2, 0])))
    write("t5", T.T5ForConditionalGeneration.from_pretrained(here / "t5"), ["q", "v"], dict(input_ids=ids, labels=ids[:, :4].clone()))
