// pyarrow reads what is sealed here, and what pyarrow rewrites is still the same artifact.
import { execFileSync } from "node:child_process"
import { existsSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { LogicalDigest } from "../src/index.ts"
import { attributes, Everything, rows, seal } from "./support/Everything.ts"
import { withStore } from "./support/TempStore.ts"

const python =
  process.env["INKSTONE_PEERS_PYTHON"] ?? join(homedir(), ".cache", "inkstone", "peers", "bin", "python")
const peer = existsSync(python)

const run = (script: string, ...args: ReadonlyArray<string>): string =>
  execFileSync(python, ["-c", script, ...args], { encoding: "utf8" })

const print = `
import json, sys, pyarrow as pa, pyarrow.ipc as ipc
table = ipc.open_file(sys.argv[1]).read_all()
table.validate(full=True)
plain = lambda v: v.hex() if isinstance(v, bytes) else str(v) if isinstance(v, float) else v
print(json.dumps({
  "types": {f.name: str(f.type) for f in table.schema},
  "nullable": [f.name for f in table.schema if f.nullable],
  "metadata": {k.decode(): v.decode() for k, v in table.schema.metadata.items()},
  "rows": {name: [plain(v) for v in table.column(name).to_pylist()] for name in table.column_names},
}))`

/** Other encodings of the same table: dictionaries, large offsets, compression, other batches. */
const rewrite = `
import sys, pyarrow as pa, pyarrow.ipc as ipc
file = sys.argv[1]
table = ipc.open_file(pa.memory_map(file)).read_all()
table = table.set_column(0, "utf8", table["utf8"].combine_chunks().dictionary_encode())
table = table.set_column(1, "binary", table["binary"].cast(pa.large_binary()))
with ipc.new_file(file + ".new", table.schema, options=ipc.IpcWriteOptions(compression="zstd")) as out:
  out.write_table(table, max_chunksize=2)
import os
os.replace(file + ".new", file)`

const twice = <A>(values: ReadonlyArray<A>): ReadonlyArray<A> => [...values, ...values]

describe.skipIf(!peer)("pyarrow (skipped where no peer Python is: INKSTONE_PEERS_PYTHON)", () => {
  it.effect("opens every table with the same types and values", () =>
    withStore(() =>
      Effect.gen(function* () {
        const { directory } = yield* seal([rows, rows])
        const read: unknown = JSON.parse(run(print, join(directory, "all.arrow")))
        assert.deepStrictEqual(read, {
          types: {
            utf8: "string",
            binary: "binary",
            bool: "bool",
            int32: "int32",
            uint8: "uint8",
            uint16: "uint16",
            uint32: "uint32",
            float32: "float",
            float64: "double",
            token_id: "uint16",
            list: "list<item: int32 not null>",
            seconds: "double"
          },
          nullable: [],
          metadata: { "inkstone.kind": "everything", "inkstone.version": "1", "inkstone.table": "all" },
          rows: {
            utf8: twice(rows.utf8),
            binary: twice(["00ff", "", "07"]),
            bool: twice(rows.bool),
            int32: twice([...rows.int32]),
            uint8: twice([...rows.uint8]),
            uint16: twice([...rows.uint16]),
            uint32: twice([...rows.uint32]),
            float32: twice(["0.5", "-0.0", "nan"]),
            float64: twice(["0.1", "-inf", "1e-300"]),
            token_id: twice([...rows.token_id]),
            list: twice([...rows.list]),
            seconds: twice(["1.0", "2.0", "3.0"])
          }
        })
        const empty: unknown = JSON.parse(run(print, join(directory, "empty.arrow")))
        assert.deepInclude(empty, { types: { id: "string", n: "uint32" }, rows: { id: [], n: [] } })
      })
    )
  )

  it.effect(
    "rewrites a table with dictionaries, ZSTD and other batches: the digest and the rows are the same",
    () =>
      withStore(() =>
        Effect.gen(function* () {
          const sealed = yield* seal([rows])
          const bytes = yield* sealed.read("all")
          run(rewrite, join(sealed.directory, "all.arrow"))
          const digest = yield* LogicalDigest.ofFolder(Everything, sealed.directory, attributes)
          assert.strictEqual(digest, sealed.digest)
          // the open artifact reads what now lies there, whose byte digest `open` would refuse
          assert.deepStrictEqual(yield* sealed.read("all"), bytes)
        })
      )
  )
})
