"""Writes the golden files of Torch.test.ts: python make_torch.py (torch, numpy, safetensors)."""
import argparse, json
import numpy as np
import torch
from safetensors.torch import save_file

torch.manual_seed(7)
dtypes = ["float64", "float32", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "uint16", "uint32", "uint64"]
shared = torch.arange(24, dtype=torch.float32)
module = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.LayerNorm(2), torch.nn.Linear(2, 3, bias=False))
module[2].weight = torch.nn.Parameter(torch.randn(3, 2))
optimizer = torch.optim.AdamW(module.parameters(), lr=0.5)
module(torch.ones(4, 3)).sum().backward()
optimizer.step()

content = {
    "types": {name: torch.tensor([[-3, 0, 1], [2, 100, 7]]).abs().to(getattr(torch, name)) if name.startswith("u")
              else torch.tensor([[-3, 0, 1], [2, 100, 7]]).to(getattr(torch, name)) for name in dtypes},
    "bool": torch.tensor([True, False, True]),
    "scalar": torch.tensor(2.5),
    "empty": torch.empty(0, 4),
    "special": torch.tensor([float("nan"), float("inf"), -0.0], dtype=torch.bfloat16),
    "views": {
        "whole": shared, "tail": shared[20:], "turned": shared.reshape(4, 6).t(),
        "every second": shared[1::2], "cube": shared.reshape(2, 3, 4).permute(2, 0, 1),
        "expanded": shared[:3].expand(2, 3), "wide turned": torch.arange(6).reshape(2, 3).t(),
        "bytes turned": torch.arange(6, dtype=torch.uint8).reshape(2, 3).t(),
    },
    "list": [torch.ones(2), 5, (torch.zeros(1),)],
    "model": module.state_dict(),
    "parameter": torch.nn.Parameter(torch.ones(2)),
    "optimizer": optimizer.state_dict(),
    "args": argparse.Namespace(lr=[0.1, 1e-5], name="caf\u00e9 \U0001f600", layers=12, tied=True, nothing=None),
    "numpy": {"f8": np.float64(2.5), "i8": np.int64(-5), "f4": np.float32(0.25), "b1": np.bool_(True)},
    "numbers": [0, 255, 256, 65535, 65536, -1, -2**31, 2**31, -2**40, 1e300, -0.5],
    "type": torch.float32, "device": torch.device("cuda", 1), "size": torch.Size([2, 3]), 5: "five", (1, "a"): "pair",
}

def walk(value, path, arrays):
    """The plain rest; tensors go to `arrays`."""
    if isinstance(value, torch.Tensor):
        arrays[".".join(path)] = value.detach().clone(memory_format=torch.contiguous_format)
        return None
    if isinstance(value, argparse.Namespace):
        value = vars(value)
    if isinstance(value, dict):
        name = lambda key: ", ".join(map(str, key)) if isinstance(key, tuple) else str(key)
        plain = {name(key): walk(item, path + [name(key)], arrays) for key, item in value.items()}
        return {name(key): plain[name(key)] for key, item in value.items() if not isinstance(item, torch.Tensor)}
    if isinstance(value, (list, tuple)):
        return [walk(item, path + [str(at)], arrays) for at, item in enumerate(value)]
    if isinstance(value, np.generic):
        return value.item()
    return str(value) if isinstance(value, (torch.dtype, torch.device)) else value

arrays = {}
rest = walk(content, [], arrays)
save_file(arrays, "values.safetensors")
json.dump(rest, open("rest.json", "w"), indent=1, ensure_ascii=False)
torch.save(content, "zip.pt")
torch.save(content, "zip4.pt", pickle_protocol=4)
torch.save(content, "legacy.pt", _use_new_zipfile_serialization=False)

tiny = {"w": torch.tensor([1.5, -2.0]), "step": 3}
torch.save(tiny, "tiny.pt")
torch.save(tiny, "tiny-legacy.pt", _use_new_zipfile_serialization=False)
