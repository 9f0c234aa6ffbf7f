# The logical digest of the rows in Everything.ts, from the description of LogicalDigest.ofFolder alone: a second opinion that
# shares nothing with the package. Prints it; LogicalDigest.test.ts holds the result.
import hashlib, json, struct

sha = lambda b: hashlib.sha256(b).hexdigest()
lengths = lambda xs: sha(b"".join(struct.pack("<I", len(x)) for x in xs))
numbers = lambda code, xs: {"values": sha(struct.pack(f"<{len(xs)}{code}", *xs))}
variable = lambda xs: {"lengths": lengths(xs), "values": sha(b"".join(xs))}
lists = lambda xs: {"lengths": lengths(xs), "values": sha(b"".join(struct.pack("<i", v) for x in xs for v in x))}

inf, nan = float("inf"), float("nan")
everything = [
    ("utf8", "utf8", variable([s.encode() for s in ["plain", "", "硯 🖋"]])),
    ("binary", "binary", variable([bytes([0, 255]), b"", bytes([7])])),
    ("bool", "bool", numbers("B", [1, 0, 1])),
    ("int32", "int32", numbers("i", [-1, 0, 2147483647])),
    ("uint8", "uint8", numbers("B", [0, 1, 255])),
    ("uint16", "uint16", numbers("H", [0, 1, 65535])),
    ("uint32", "uint32", numbers("I", [0, 1, 4294967295])),
    ("float32", "float32", numbers("f", [0.5, -0.0, nan])),
    ("float64", "float64", numbers("d", [0.1, -inf, 1e-300])),
    ("token_id", "token_id", numbers("I", [1, 2, 65535])),
    ("list", "list<int32>", lists([[1, -2], [], [3]])),
]
empty = [("id", "utf8", variable([])), ("n", "token_id", numbers("I", []))]
table = lambda rows, columns: {"rows": rows, "columns": [{"name": n, "type": t, **d} for n, t, d in columns]}

contents = {
    "kind": "everything",
    "version": 1,
    "attributes": {"title": "墨", "count": 3, "more": {"b": [1, None], "a": {"x": "y"}}},
    "tables": {"all": table(3, everything), "empty": table(0, empty)},
}
print(sha(json.dumps(contents, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()))
