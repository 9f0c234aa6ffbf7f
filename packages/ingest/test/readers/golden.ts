// Files that other people's writers made (`test/golden/readers/make.py`), and the table that is in those with columns.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Schema } from "effect"

const folder = join(import.meta.dirname, "..", "golden", "readers")

export const golden = (name: string): Buffer => readFileSync(join(folder, name))
export const goldenNames = (ending: string): ReadonlyArray<string> =>
  readdirSync(folder).filter((name) => name.endsWith(ending))

const Row = Schema.Struct({
  id: Schema.Int,
  text: Schema.NullOr(Schema.String),
  lang: Schema.String,
  meta: Schema.Struct({ book: Schema.String, tags: Schema.Array(Schema.String) }),
  messages: Schema.Array(Schema.Struct({ role: Schema.String, content: Schema.String }))
})
/** As Python's `json` wrote it. */
export const table = Schema.decodeUnknownSync(Schema.Array(Row))(JSON.parse(golden("table.json").toString()))

/** The same bytes with one bit changed, another one for each `n`. */
export const flipped = (bytes: Uint8Array, n: number): Uint8Array => {
  const changed = Uint8Array.from(bytes)
  const at = (n * 7919 + (n >> 3)) % bytes.length
  changed[at] = (changed[at] ?? 0) ^ (1 << (n % 8))
  return changed
}
