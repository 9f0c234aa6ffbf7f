"""Writes the checkpoints of this folder with TensorFlow 2.21, and golden.json: dtype, shape and bytes (hex) of every tensor.

python make_checkpoints.py FOLDER
"""
import json
import os
import sys

os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
import numpy as np
import tensorflow as tf

os.chdir(sys.argv[1])
v1 = tf.compat.v1
random = np.random.default_rng(1)


def integers(dtype):
    limits = np.iinfo(dtype)
    return np.array([limits.min, 0, 7, limits.max], dtype)


tensors = {
    "float32/kernel": random.normal(size=(3, 5)).astype(np.float32),
    "float64": np.array([np.pi, -0.0, np.inf]),
    "float16": random.normal(size=7).astype(np.float16),
    "bfloat16": tf.cast(random.normal(size=(2, 3)), tf.bfloat16).numpy(),
    "bool": np.array([True, False]),
    "scalar": np.int32(7),
    "empty": np.zeros((0, 3), np.float32),
    "texts": np.array([b"", b"ink", b"stone" * 50]),
}
for dtype in ["int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64"]:
    tensors[dtype] = integers(dtype)


def save(prefix, names, slices=None, values=None):
    tf.raw_ops.SaveV2(
        prefix=prefix,
        tensor_names=names,
        shape_and_slices=slices or [""] * len(names),
        tensors=[tf.constant(value) for value in (values or [tensors[name] for name in names])],
    )


names = list(tensors)
save("one", names)
save("a", names[:6])
save("b", names[6:])
tf.raw_ops.MergeV2Checkpoints(checkpoint_prefixes=["a", "b"], destination_prefix="two", delete_old_dirs=False)
# rows 0 to 2 and row 3 of a variable that was spread over two devices
save("sliced", ["p", "p"], ["4 2 0,3:-", "4 2 3,1:-"], [np.ones((3, 2), np.float32), np.zeros((1, 2), np.float32)])

module = tf.Module()
module.layer = tf.Variable([1.0, 2.0], name="dense/kernel")
tf.train.Checkpoint(model=module).write("objects")

with v1.Graph().as_default(), v1.Session() as session:
    old = ["float32/kernel", "float64", "int64", "bool", "scalar"]
    variables = [v1.get_variable(name, initializer=tensors[name], use_resource=False) for name in old]
    session.run(v1.global_variables_initializer())
    saver = v1.train.Saver(variables, write_version=v1.train.SaverDef.V1)
    saver.save(session, "before-1.0", write_meta_graph=False, write_state=False)

golden = {
    name: {"dtype": str(value.dtype), "shape": list(value.shape), "bytes": value.tobytes().hex()}
    for name, value in tensors.items()
    if name != "texts"
}
with open("golden.json", "w") as file:
    json.dump(golden, file, indent=2)
    file.write("\n")
