"""Writes the golden models beside this folder as the public TensorFlow checkpoints have theirs, with TensorFlow 2.21.

python make_tensorflow.py FOLDER-OF-GOLDEN-MODELS FOLDER

The layouts: google-research/bert (2018), openai/gpt-2, text-to-text-transfer-transformer (Mesh TensorFlow), the encoders of
TensorFlow Hub (tensorflow/bert_*/4) and the checkpoints of the TensorFlow model garden.
"""
import json
import os
import re
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf
from safetensors.numpy import load_file, save_file

golden, out = sys.argv[1], sys.argv[2]
random = np.random.default_rng(3)


def save(prefix, tensors):
    path = os.path.join(out, prefix)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    tf.raw_ops.SaveV2(
        prefix=path,
        tensor_names=list(tensors),
        shape_and_slices=[""] * len(tensors),
        tensors=[tf.constant(value) for value in tensors.values()],
    )


def write(name, text):
    with open(os.path.join(out, name), "w") as file:
        file.write(text)


def model(name):
    with open(os.path.join(golden, name, "config.json")) as file:
        return load_file(os.path.join(golden, name, "model.safetensors")), json.load(file)


# google-research/bert
arrays, config = model("bert")
bert = {}
for name, value in arrays.items():
    if name == "cls.predictions.bias":
        bert["cls/predictions/output_bias"] = value
        continue
    path = name.replace(".layer.", ".layer_").replace(".", "/")
    if path.endswith("_embeddings/weight"):
        bert[path.removesuffix("/weight")] = value
    elif "LayerNorm" in path:
        bert[path.replace("/weight", "/gamma").replace("/bias", "/beta")] = value
    else:
        bert[path.replace("/weight", "/kernel")] = value.T if path.endswith("/weight") else value
bert["bert/pooler/dense/kernel"] = random.normal(size=(32, 32)).astype(np.float32)
bert["bert/pooler/dense/bias"] = random.normal(size=32).astype(np.float32)
bert["cls/seq_relationship/output_weights"] = random.normal(size=(2, 32)).astype(np.float32)
bert["cls/seq_relationship/output_bias"] = random.normal(size=2).astype(np.float32)
save("bert/bert_model.ckpt", bert | {"global_step": np.int64(9), "bert/pooler/dense/bias/adam_m": np.zeros(32, np.float32)})
of_google = ["attention_probs_dropout_prob", "hidden_act", "hidden_dropout_prob", "hidden_size", "initializer_range"]
of_google += ["intermediate_size", "max_position_embeddings", "num_attention_heads", "num_hidden_layers"]
of_google += ["type_vocab_size", "vocab_size"]
write("bert/bert_config.json", json.dumps({key: config[key] for key in of_google}, indent=2) + "\n")

# openai/gpt-2
arrays, config = model("gpt2")
gpt2 = {}
for name, value in arrays.items():
    path = re.sub(r"^transformer/", "model/", name.replace(".", "/"))
    path = re.sub(r"/h/(\d+)/", r"/h\1/", path)
    if re.search("/w[tp]e/", path):
        gpt2[path.removesuffix("/weight")] = value
    elif "/ln_" in path:
        gpt2[path.replace("/weight", "/g").replace("/bias", "/b")] = value
    else:
        gpt2[path.replace("/weight", "/w").replace("/bias", "/b")] = value[None] if path.endswith("/weight") else value
save("gpt2/model.ckpt", gpt2)
sizes = {"n_vocab": "vocab_size", "n_ctx": "n_positions", "n_embd": "n_embd", "n_head": "n_head", "n_layer": "n_layer"}
write("gpt2/hparams.json", json.dumps({ours: config[theirs] for ours, theirs in sizes.items()}, indent=2) + "\n")
write("gpt2/checkpoint", 'model_checkpoint_path: "/home/someone/models/124M/model.ckpt"\nall_model_checkpoint_paths: "model.ckpt"\n')


# text-to-text-transfer-transformer
def mesh(arrays, norm):
    tensors = {}
    for name, value in arrays.items():
        path = re.sub(r"block/(\d)/layer/(\d)", r"block_00\1/layer_00\2", name.replace(".", "/"))
        if name == "shared.weight":
            tensors["shared/embedding"] = value
        elif name == "lm_head.weight":
            tensors["decoder/logits/kernel"] = value.T
        elif "layer_norm" in path:
            tensors[re.sub("(final_)?layer_norm/weight", norm, path)] = value
        elif "DenseReluDense" in path:
            tensors[path.replace("/weight", "/kernel")] = value.T
        else:
            tensors[path.removesuffix("/weight")] = value.T
    return tensors


arrays, config = model("t5")
t5 = mesh(arrays, r"\1layer_norm/scale")
t5["decoder/block_000/layer_001/EncDecAttention/relative_attention_bias"] = np.zeros((4, 32), np.float32)
t5["shared/embedding_slot_vc"] = np.zeros(32, np.float32)
t5["global_step"] = np.int64(1000)
save("t5/model.ckpt-1000", t5)
# version 1.1 and mT5: gated, a head of its own, norms called otherwise
tiny = {"shared.weight": (6, 4), "encoder.final_layer_norm.weight": (4,), "decoder.final_layer_norm.weight": (4,)}
tiny["lm_head.weight"] = (6, 4)
for side, attentions in [("encoder", ["SelfAttention"]), ("decoder", ["SelfAttention", "EncDecAttention"])]:
    for layer, attention in enumerate(attentions):
        prefix = f"{side}.block.0.layer.{layer}"
        tiny |= {f"{prefix}.{attention}.{part}.weight": (10, 4) for part in "qkv"}
        tiny |= {f"{prefix}.{attention}.o.weight": (4, 10), f"{prefix}.layer_norm.weight": (4,)}
    tiny[f"{side}.block.0.layer.0.SelfAttention.relative_attention_bias.weight"] = (32, 2)
    prefix = f"{side}.block.0.layer.{len(attentions)}"
    tiny |= {f"{prefix}.DenseReluDense.wi_{n}.weight": (7, 4) for n in [0, 1]}
    tiny |= {f"{prefix}.DenseReluDense.wo.weight": (4, 7), f"{prefix}.layer_norm.weight": (4,)}
tiny = {name: random.normal(size=shape).astype(np.float32) for name, shape in tiny.items()}
save("t5-v1.1/model.ckpt", mesh(tiny, "rms_norm/scale"))

# TensorFlow Hub and the model garden: heads are axes
arrays, _ = model("bert")
H, D = 4, 8
hub_names = [
    (r"^bert/embeddings/word_embeddings/weight", "word_embeddings/embeddings"),
    (r"^bert/embeddings/position_embeddings/weight", "position_embedding/embeddings"),
    (r"^bert/embeddings/token_type_embeddings/weight", "type_embeddings/embeddings"),
    (r"^bert/embeddings/LayerNorm", "embeddings/layer_norm"),
    (r"^bert/encoder/layer/", "transformer/layer_"),
    (r"attention/self/", "self_attention/"),
    (r"attention/output/dense", "self_attention/attention_output"),
    (r"attention/output/LayerNorm", "self_attention_layer_norm"),
    (r"output/LayerNorm", "output_layer_norm"),
    (r"(intermediate|output)/dense", r"\1"),
    (r"^cls/predictions/bias", "cls/predictions/output_bias/bias"),
]


def headed(name, value):
    if re.search("attention.self.*weight", name):
        return value.T.reshape(H * D, H, D)
    if re.search("attention.self.*bias", name):
        return value.reshape(H, D)
    if re.search("attention.output.dense.weight", name):
        return value.T.reshape(H, D, H * D)
    return value.T if re.search("dense.weight", name) else value


hub = {}
for name, value in arrays.items():
    path = name.replace(".", "/")
    for pattern, replacement in hub_names:
        path = re.sub(pattern, replacement, path)
    path = re.sub("(layer_norm|LayerNorm)/weight", r"\1/gamma", path)
    path = re.sub("(layer_norm|LayerNorm)/bias", r"\1/beta", path)
    hub[re.sub("/weight$", "/kernel", path)] = headed(name, value)
hub["pooler_transform/kernel"] = bert["bert/pooler/dense/kernel"]
hub["pooler_transform/bias"] = bert["bert/pooler/dense/bias"]


class Encoder(tf.Module):
    def __init__(self):
        super().__init__()
        self.weights = [tf.Variable(value, name=name) for name, value in hub.items()]


tf.saved_model.save(Encoder(), os.path.join(out, "hub"))

root = tf.Module()


def attach(path, value):
    owner = root
    *parents, last = path.split("/")
    for parent in parents:
        if not hasattr(owner, parent):
            setattr(owner, parent, tf.Module())
        owner = getattr(owner, parent)
    setattr(owner, last, tf.Variable(value, name="Variable"))


keras = {
    "0/embeddings": "bert.embeddings.word_embeddings.weight",
    "1/embeddings": "bert.embeddings.position_embeddings.weight",
    "2/embeddings": "bert.embeddings.token_type_embeddings.weight",
    "3/gamma": "bert.embeddings.LayerNorm.weight",
    "3/beta": "bert.embeddings.LayerNorm.bias",
}
layer = "bert.encoder.layer.0"
for theirs, module in [
    ("_attention_layer/_query_dense", "attention.self.query"),
    ("_attention_layer/_key_dense", "attention.self.key"),
    ("_attention_layer/_value_dense", "attention.self.value"),
    ("_attention_layer/_output_dense", "attention.output.dense"),
    ("_intermediate_dense", "intermediate.dense"),
    ("_output_dense", "output.dense"),
]:
    keras |= {f"4/{theirs}/kernel": f"{layer}.{module}.weight", f"4/{theirs}/bias": f"{layer}.{module}.bias"}
for theirs, module in [("_attention_layer_norm", "attention.output.LayerNorm"), ("_output_layer_norm", "output.LayerNorm")]:
    keras |= {f"4/{theirs}/gamma": f"{layer}.{module}.weight", f"4/{theirs}/beta": f"{layer}.{module}.bias"}
for theirs, ours in keras.items():
    attach(f"layer_with_weights-{theirs}", headed(ours, arrays[ours]))
attach("layer_with_weights-5/kernel", bert["bert/pooler/dense/kernel"])
attach("layer_with_weights-5/bias", bert["bert/pooler/dense/bias"])
tf.train.Checkpoint(model=root).write(os.path.join(out, "garden", "bert_model.ckpt"))

# the first versions on TensorFlow Hub (tensorflow/bert_*/1 and 2), by their variables' names, with the arrays they stand for
H, D = 2, 2
C = H * D
layer = "bert.encoder.layer.0"
first = {
    "word_embeddings/embeddings": ("bert.embeddings.word_embeddings.weight", (7, C)),
    "embedding_postprocessor/position_embeddings": ("bert.embeddings.position_embeddings.weight", (5, C)),
    "embedding_postprocessor/type_embeddings": ("bert.embeddings.token_type_embeddings.weight", (2, C)),
    "embedding_postprocessor/layer_norm": ("bert.embeddings.LayerNorm", None),
    "encoder/layer_0/self_attention/query": (f"{layer}.attention.self.query", (C, C)),
    "encoder/layer_0/self_attention/key": (f"{layer}.attention.self.key", (C, C)),
    "encoder/layer_0/self_attention/value": (f"{layer}.attention.self.value", (C, C)),
    "encoder/layer_0/self_attention_output": (f"{layer}.attention.output.dense", (C, C)),
    "encoder/layer_0/self_attention_layer_norm": (f"{layer}.attention.output.LayerNorm", None),
    "encoder/layer_0/intermediate": (f"{layer}.intermediate.dense", (6, C)),
    "encoder/layer_0/output": (f"{layer}.output.dense", (C, 6)),
    "encoder/layer_0/output_layer_norm": (f"{layer}.output.LayerNorm", None),
    "pooler_transform": ("bert.pooler.dense", (C, C)),
}
expected, stored = {}, {}
for theirs, (ours, shape) in first.items():
    if shape is None:
        pairs = [("weight", "gamma", (C,)), ("bias", "beta", (C,))]
    elif ours.endswith(".weight"):
        pairs = [(None, None, shape)]
    else:
        pairs = [("weight", "kernel", shape), ("bias", "bias", shape[:1])]
    for mine, other, size in pairs:
        name = ours if mine is None else f"{ours}.{mine}"
        expected[name] = random.normal(size=size).astype(np.float32)
        stored["bert_model/" + (theirs if other is None else f"{theirs}/{other}")] = headed(name, expected[name])
save("hub-1/variables", stored)
save_file(expected, os.path.join(out, "hub-1", "expected.safetensors"))
