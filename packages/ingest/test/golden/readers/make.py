"""Writes the files beside it with other people's writers: csv, gzip and zlib of Python, zstd, pyarrow.

    python make.py
"""

import csv, gzip, io, json, os, sys
import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.parquet as pq

here = os.path.dirname(os.path.abspath(__file__))
path = lambda name: os.path.join(here, name)

# --- CSV: written by csv.writer in its dialects, and odd ones written by hand; what csv.reader reads is the expectation
rows = [
    ["text", "id", "lang"],
    ["a plain line", "1", "en"],
    ['with a "quote", a comma\nand a line end', "2", "en"],
    ["你好，世界\r\n第二行", "3", "zh"],
    ["", "4", ""],
    ["tab\there", "5", "en"],
    ["🖋 pen", "6", "und"],
]
odd = [
    'a,b,c\n"x"y,z"w,"v""u"\n',
    'a\r\n\r\nb\rc\n',
    '"",x\n"a\n\n\nb",\n,\n',
    'last,without,end',
    '"a","b"\n"c","d"',
    'a,"b\rc\r\nd",e\r\n',
    ' "not quoted at the start",x\n',
    '""\n"""",""""""\n',
]
expected = []
for dialect, delimiter in (("excel", ","), ("excel-tab", "\t"), ("unix", ",")):
    out = io.StringIO(newline="")
    csv.writer(out, dialect=dialect).writerows(rows)
    expected.append({"delimiter": delimiter, "text": out.getvalue(), "rows": rows})
for text in odd:
    read = [row for row in csv.reader(io.StringIO(text, newline="")) if row != []]
    expected.append({"delimiter": ",", "text": text, "rows": read})
with open(path("csv.json"), "w") as out:
    json.dump(expected, out, ensure_ascii=False, indent=1)

# --- gzip: one member, two members, with a name and a comment field in the header
lines = b"".join(json.dumps({"text": f"line {n} of a file that was packed"}).encode() + b"\n" for n in range(200))
with open(path("two-members.jsonl.gz"), "wb") as out:
    out.write(gzip.compress(lines[: len(lines) // 2], mtime=0))
    with gzip.GzipFile("name in the header", "wb", 9, out, mtime=0) as member:
        member.write(lines[len(lines) // 2 :])

# --- zstd: two frames with a frame to skip between them
zstd = pa.Codec("zstd", compression_level=3)
half = len(lines) // 2
skip = (0x184D2A53).to_bytes(4, "little") + (5).to_bytes(4, "little") + b"hello"
with open(path("two-frames.jsonl.zst"), "wb") as out:
    out.write(skip + zstd.compress(lines[:half]).to_pybytes() + skip + zstd.compress(lines[half:]).to_pybytes())

# --- Parquet and Arrow: one table, written in every way readers meet
count = 60
table = pa.table(
    {
        "id": pa.array(range(1000, 1000 + count), pa.int64()),
        "text": [f"第{n}篇 document number {n}\nhas two lines" if n % 7 else None for n in range(count)],
        "lang": pa.array(["zh" if n % 2 else "en" for n in range(count)]).dictionary_encode(),
        "score": pa.array([n / 4 for n in range(count)], pa.float32()),
        "meta": [{"book": f"b{n // 10}", "tags": ["a", "b"][: n % 3]} for n in range(count)],
        "messages": [
            [{"role": "user", "content": f"ask {n}"}, {"role": "assistant", "content": f"answer {n}"}] for n in range(count)
        ],
    }
)
for codec in ("none", "snappy", "gzip", "zstd", "brotli", "lz4"):
    pq.write_table(table, path(f"{codec}.parquet"), compression=codec, row_group_size=25, data_page_size=400)
pq.write_table(table, path("v2.parquet"), compression="zstd", data_page_version="2.0", row_group_size=25, data_page_size=400)
pq.write_table(table, path("plain.parquet"), use_dictionary=False, compression="snappy")
flat = table.select(["id", "text", "lang"]).cast(
    pa.schema([("id", pa.int64()), ("text", pa.string()), ("lang", pa.string())])
)
for encoding in ("DELTA_LENGTH_BYTE_ARRAY", "DELTA_BYTE_ARRAY"):
    pq.write_table(
        flat, path(f"{encoding.lower()}.parquet"), use_dictionary=False, column_encoding={"text": encoding, "lang": encoding}
    )

large = table.set_column(1, "text", table["text"].cast(pa.large_string()))
view = table.set_column(1, "text", table["text"].cast(pa.string_view()))
for name, of, compression in (
    ("file", table, None),
    ("large", large, None),
    ("view", view, None),
    ("zstd", table, "zstd"),
    ("lz4", table, "lz4"),
):
    options = pa.ipc.IpcWriteOptions(compression=compression)
    for kind, make in (("arrow", pa.ipc.new_file), ("arrows", pa.ipc.new_stream)):
        with pa.OSFile(path(f"{name}.{kind}"), "wb") as out, make(out, of.schema, options=options) as writer:
            writer.write_table(of, max_chunksize=25)
with open(path("table.json"), "w") as out:
    json.dump(table.to_pylist(), out, ensure_ascii=False)
