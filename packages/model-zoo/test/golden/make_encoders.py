"""Writes tiny encoders with heads, and what they say of two texts, into the folders beside this file.

    pip install torch==2.15.0 transformers==5.23.0 safetensors==0.8.0
    python make_encoders.py

Each folder `<family>-<head>` is a checkpoint as `transformers` saves it, with `golden.safetensors`: what was read, what the head
says, the loss and the gradient of every parameter. The second text is padded with the family's own padding token.
`distillation/golden.safetensors` has the losses of Sanh et al. 2019 for the student `distilbert` and the teacher `bert`, which lie
beside it, and the gradients of the student. `fill-mask/golden.json` is what the pipeline of that name finds.
"""
import copy
import json
from pathlib import Path

import torch
import torch.nn.functional as F
import transformers as T
from safetensors.torch import save_file

here = Path(__file__).resolve().parent
V, LENGTH = 32, 9
ENCODER = dict(vocab_size=V, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16)
CONFIGS = {
    "bert": T.BertConfig(**ENCODER, max_position_embeddings=12),
    "roberta": T.RobertaConfig(**ENCODER, max_position_embeddings=14, type_vocab_size=1, layer_norm_eps=1e-5),
    "distilbert": T.DistilBertConfig(vocab_size=V, dim=8, n_layers=1, n_heads=2, hidden_dim=16, max_position_embeddings=12),
}
CLASSES = {
    "bert-pretraining": T.BertForPreTraining,
    "bert-classification": T.BertForSequenceClassification,
    "bert-regression": T.BertForSequenceClassification,
    "bert-token-classification": T.BertForTokenClassification,
    "bert-question-answering": T.BertForQuestionAnswering,
    "roberta-classification": T.RobertaForSequenceClassification,
    "roberta-regression": T.RobertaForSequenceClassification,
    "roberta-token-classification": T.RobertaForTokenClassification,
    "roberta-question-answering": T.RobertaForQuestionAnswering,
    "distilbert-classification": T.DistilBertForSequenceClassification,
    "distilbert-regression": T.DistilBertForSequenceClassification,
    "distilbert-token-classification": T.DistilBertForTokenClassification,
    "distilbert-question-answering": T.DistilBertForQuestionAnswering,
}


def noisy(cls, config):
    torch.manual_seed(11)
    model = cls(config)
    with torch.no_grad():
        for p in model.parameters():
            p.add_(0.05 * torch.randn_like(p))  # no bias or gain stays at 0 or 1
    return model.eval()


def write_heads():
    torch.manual_seed(7)
    ids = torch.randint(5, V, (2, LENGTH))
    mask = torch.ones_like(ids)
    mask[1, 6:] = 0
    for name, cls in CLASSES.items():
        family, head = name.split("-", 1)
        config = copy.deepcopy(CONFIGS[family])
        config.num_labels = {"classification": 3, "token-classification": 3, "regression": 1}.get(head, 2)
        if head == "regression":
            config.problem_type = "regression"
        model = noisy(cls, config)
        out = here / name
        model.save_pretrained(out)
        tokens = ids.masked_fill(mask == 0, config.pad_token_id)
        batch = dict(input_ids=tokens, attention_mask=mask)
        if family == "bert":
            batch["token_type_ids"] = (torch.arange(LENGTH) >= 4).long().expand(2, -1).contiguous()
        if head == "pretraining":
            batch["labels"] = torch.where((torch.arange(LENGTH) % 3 == 1) & (mask == 1), ids, -100)
            batch["next_sentence_label"] = torch.tensor([0, 1])
        elif head == "classification":
            batch["labels"] = torch.tensor([2, 0])
        elif head == "regression":
            batch["labels"] = torch.tensor([0.7, -1.5])
        elif head == "token-classification":
            batch["labels"] = torch.where((torch.arange(LENGTH) % 4 != 0) & (mask == 1), ids % 3, -100)
        else:
            batch["start_positions"], batch["end_positions"] = torch.tensor([1, 4]), torch.tensor([3, 5])
        result = model(**batch)
        result.loss.backward()
        logits = {k: v.detach().contiguous() for k, v in result.items() if k.endswith("logits")}
        grads = {f"grad.{k}": p.grad.contiguous() for k, p in model.named_parameters()}
        save_file({**{k: v.contiguous() for k, v in batch.items()}, **logits, "loss": result.loss.detach(), **grads},
                  out / "golden.safetensors")


def write_distillation():
    student = T.DistilBertForMaskedLM.from_pretrained(here / "distilbert").eval()
    teacher = T.BertForMaskedLM.from_pretrained(here / "bert").eval()
    torch.manual_seed(9)
    ids = torch.randint(5, 128, (2, 10))
    mask = torch.ones_like(ids)
    mask[1, 7:] = 0
    places = torch.tensor([[1, 4, 8], [0, 5, 0]])
    weights = torch.tensor([[1.0, 1.0, 1.0], [1.0, 1.0, 0.0]])
    targets = torch.gather(ids, 1, places)
    tokens = ids.scatter(1, places, 4)
    s = student(input_ids=tokens, attention_mask=mask, output_hidden_states=True)
    with torch.no_grad():
        t = teacher(input_ids=tokens, attention_mask=mask, output_hidden_states=True)
    read = mask.bool()
    # as in the authors' distiller.py, with their weights 5, 2 and 1
    divergence = F.kl_div(F.log_softmax(s.logits[read] / 2, -1), F.softmax(t.logits[read] / 2, -1), reduction="batchmean") * 4
    chosen = torch.gather(s.logits, 1, places.unsqueeze(-1).expand(-1, -1, 128))[weights.bool()]
    masked = F.cross_entropy(chosen, targets[weights.bool()])
    a, b = s.hidden_states[-1][read], t.hidden_states[-1][read]
    cosine = F.cosine_embedding_loss(a, b, torch.ones(len(a)))
    loss = 5 * divergence + 2 * masked + cosine
    loss.backward()
    (here / "distillation").mkdir(exist_ok=True)
    save_file({"tokens": tokens, "mask": mask, "places": places, "targets": targets, "weights": weights,
               "divergence": divergence.detach(), "nats": masked.detach(), "cosine": cosine.detach(), "loss": loss.detach(),
               **{f"grad.{k}": p.grad.contiguous() for k, p in student.named_parameters()}},
              here / "distillation" / "golden.safetensors")


def write_fill_mask():
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    words = {"[PAD]": 0, "[UNK]": 1, "[CLS]": 2, "[SEP]": 3, "[MASK]": 4, **{f"w{i}": i for i in range(5, 128)}}
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.add_special_tokens(["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"])
    fast = T.PreTrainedTokenizerFast(tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]",
                                     sep_token="[SEP]", mask_token="[MASK]")
    found = {}
    for name, cls in (("bert", T.BertForMaskedLM), ("roberta", T.RobertaForMaskedLM), ("distilbert", T.DistilBertForMaskedLM)):
        pipe = T.pipeline("fill-mask", model=cls.from_pretrained(here / name), tokenizer=fast, top_k=4)
        found[name] = []
        for text in ("[CLS] w9 w20 [MASK] w77 [SEP]", "[CLS] [MASK] w40 w41 w101 [MASK] w6 [SEP]"):
            rows = pipe(text)
            rows = rows if isinstance(rows[0], list) else [rows]
            found[name].append({"ids": fast(text)["input_ids"],
                                "found": [[{"id": c["token"], "probability": c["score"]} for c in row] for row in rows]})
    (here / "fill-mask").mkdir(exist_ok=True)
    (here / "fill-mask" / "golden.json").write_text(json.dumps({"maskId": 4, "texts": found}, indent=1) + "\n")


if __name__ == "__main__":
    write_heads()
    write_distillation()
    write_fill_mask()
