// A network with numbers in every parameter, to be read in each of the ways there are.
import { type Inputs, input, Program } from "@inkstone/graph"
import { type Entry, Session } from "@inkstone/tensorflow"
import { Effect } from "effect"
import type { AnyNetwork, Reading } from "../../Network.ts"
import * as Start from "./Start.ts"
import type { Way } from "./Way.ts"

/** rows of every batch */
export const B = 2

export interface Seen {
  readonly shape: ReadonlyArray<number>
  readonly values: ArrayLike<number>
}

/** Ordinary tokens: low ids mean padding, beginning, end. */
export const text = (network: AnyNetwork, length: number, salt: number) =>
  Int32Array.from(
    { length },
    (_, i) => 5 + ((i * i * 7 + i * salt * 3 + salt * 11) % (network.vocabSize - 5))
  )

/** Another ordinary token. */
export const following = ({ vocabSize }: AnyNetwork, token: number) => 5 + ((token - 4) % (vocabSize - 5))

type Reader = "plain" | "padded" | "packed" | "kept" | "dropped"

/** Readers of a network in one session, with the same numbers in each. */
export const open = Effect.fnUntraced(function* (
  network: AnyNetwork,
  { see }: Way,
  readers: ReadonlyArray<Reader>
) {
  const tokens = input("tokens", "int32", ["B", "T"])
  const other = input("other", "int32", ["B", "S"])
  const mask = input("mask", "bool", ["B", "T"])
  const documents = input("documents", "int32", ["B", "T"])
  const positions = input("positions", "int32", ["B", "T"])
  const key = input("key", "int32", [2])
  const more: Readonly<
    Record<Reader, { readonly inputs: Inputs; readonly reading: Omit<Reading, "precision"> }>
  > = {
    plain: { inputs: {}, reading: {} },
    padded: { inputs: { mask, positions }, reading: { mask, positions } },
    packed: { inputs: { documents, positions }, reading: { documents, positions } },
    kept: { inputs: { key }, reading: { dropout: { rate: 0, key } } },
    dropped: { inputs: { key }, reading: { dropout: { rate: 0.4, key } } }
  }
  const entry = (reader: Reader) => ({
    inputs: { tokens, other, ...more[reader].inputs },
    outputs: { seen: see(tokens, { precision: "float32", ...more[reader].reading }, other) }
  })
  const entries: Program.Entries = Object.fromEntries(readers.map((reader) => [reader, entry(reader)]))
  const program = Program.lower(entries, { clusters: false })
  const session = yield* Session.open(program.graphDef)
  Start.write(session, program.variables, Start.stirred)
  const values = text(network, B * 3, 9)
  return (reader: Reader, rows: Int32Array, given: Readonly<Record<string, Entry.Given>> = {}): Seen => {
    const { [reader]: entry } = program.entries
    if (entry === undefined) throw new RangeError(`not opened to be read ${reader}`)
    const { seen } = session.call(entry, {
      tokens: { shape: [B, rows.length / B], values: rows },
      other: { shape: [B, values.length / B], values },
      ...given
    })
    return seen ?? { shape: [], values: [] }
  }
})
