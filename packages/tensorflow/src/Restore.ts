// The numbers of a checkpoint through a restore node of TensorFlow's own. It puts slices together and
// reads the format of before 1.0 as well. The index was read and checked before: the node is given no file on its word alone.
import { Effect } from "effect"
import { CheckpointInvalid, type NativeUnavailable, RunFailed } from "./errors.ts"
import * as Nodes from "./internal/Nodes.ts"
import { Session } from "./Session.ts"
import * as StoredDtype from "./StoredDtype.ts"
import { elements, type Stored, type Tensors, type TensorType } from "./TensorBundle.ts"
import type { Tensor } from "./Tensor.ts"

/**
 * How the bits of a type cross into JavaScript, where only float32, int32 and bool can: eight bytes as two int32, two bytes and
 * one as an int32 each.
 */
const bitcast: Readonly<
  Record<StoredDtype.StoredDtype, ReadonlyArray<readonly [op: string, to: StoredDtype.StoredDtype]>>
> = {
  float32: [],
  int32: [],
  bool: [],
  uint32: [["Bitcast", "int32"]],
  float64: [["Bitcast", "int32"]],
  int64: [["Bitcast", "int32"]],
  uint64: [["Bitcast", "int32"]],
  float16: [
    ["Bitcast", "int16"],
    ["Cast", "int32"]
  ],
  bfloat16: [
    ["Bitcast", "int16"],
    ["Cast", "int32"]
  ],
  uint16: [["Cast", "int32"]],
  int16: [["Cast", "int32"]],
  uint8: [["Cast", "int32"]],
  int8: [["Cast", "int32"]]
}

interface Place {
  readonly at: number
  readonly dtype: StoredDtype.StoredDtype
  readonly entry: TensorType
}

const nodesOf = ({ at, dtype, entry }: Place): ReadonlyArray<Nodes.Node> => {
  const nodes = [
    Nodes.strings(`name${at}`, [entry.name]),
    Nodes.node(`restore${at}`, "RestoreV2", ["prefix", `name${at}`, "slices"], {
      dtypes: Nodes.typesValue([dtype])
    })
  ]
  let [from, last] = [dtype, `restore${at}`]
  for (const [n, [op, to]] of bitcast[dtype].entries()) {
    const name = `${op}${at}_${n}`
    const [before, after] = [Nodes.typeValue(from), Nodes.typeValue(to)]
    nodes.push(
      Nodes.node(
        name,
        op,
        [last],
        op === "Bitcast" ? { T: before, type: after } : { SrcT: before, DstT: after }
      )
    )
    ;[from, last] = [to, name]
  }
  return [...nodes, Nodes.node(`out${at}`, "Identity", [last], { T: Nodes.typeValue(from) })]
}

/** The bytes as they were stored. */
const bytesOf = ({ values }: Tensor, dtype: StoredDtype.StoredDtype): Uint8Array => {
  const size = StoredDtype.bytes(dtype)
  // what was widened to int32 is narrowed again; the rest has its own bits
  if (dtype !== "bool" && size === 2) return new Uint8Array(Uint16Array.from(values).buffer)
  if (dtype !== "bool" && size === 1) return Uint8Array.from(values)
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

/** A run prepares itself for 10 ms: several tensors share one, but not so many that they are twice in memory. */
const runBytes = 2 ** 26

const inRuns = (places: ReadonlyArray<Place>): ReadonlyArray<ReadonlyArray<Place>> => {
  const runs: Array<Array<Place>> = []
  let bytes = Infinity
  for (const place of places) {
    bytes += elements(place.entry.shape) * StoredDtype.bytes(place.dtype)
    const run = runs.at(-1)
    if (run !== undefined && bytes <= runBytes) run.push(place)
    else {
      runs.push([place])
      bytes = elements(place.entry.shape) * StoredDtype.bytes(place.dtype)
    }
  }
  return runs
}

/** The numbers of some tensors of a checked index, in that order. */
export const read = Effect.fn("Restore.read")(function* (
  index: Tensors,
  names: ReadonlyArray<string>
): Effect.fn.Return<ReadonlyArray<Stored>, NativeUnavailable | CheckpointInvalid> {
  const invalid = (field: string, problem: string, advice: string) =>
    new CheckpointInvalid({ file: index.prefix, field, problem, advice })
  const places: Array<Place> = []
  for (const [at, name] of names.entries()) {
    const entry = index.entries.get(name)
    if (entry === undefined || !StoredDtype.isNumeric(entry.dtype))
      return yield* invalid(
        `tensor ${JSON.stringify(name)}`,
        "there are no such numbers in it",
        "name one of its tensors"
      )
    places.push({ at, dtype: entry.dtype, entry })
  }
  const graph = Nodes.graph([
    Nodes.strings("prefix", index.prefix),
    Nodes.strings("slices", [""]),
    ...places.flatMap(nodesOf)
  ])
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const session = yield* Session.open(graph).pipe(
        Effect.catchTag("ProgramRejected", ({ problem }) =>
          Effect.fail(invalid("restore", problem, "tell us about this checkpoint"))
        )
      )
      const together = (run: ReadonlyArray<Place>) =>
        Effect.try({
          try: () =>
            session.run(
              [],
              run.map(({ at }) => `out${at}:0`)
            ),
          catch: (cause) =>
            invalid(
              `tensor ${JSON.stringify(run[0]?.entry.name)}`,
              cause instanceof RunFailed ? cause.problem : String(cause),
              "fetch its files again: TensorFlow cannot read them"
            )
        })
      const stored: Array<Stored> = []
      for (const run of inRuns(places)) {
        const tensors = yield* together(run).pipe(
          // where a run fails, one by one tells which tensor it is
          Effect.catchTag("CheckpointInvalid", () =>
            Effect.map(
              Effect.forEach(run, (place) => together([place])),
              (alone) => alone.flat()
            )
          )
        )
        for (const [n, { dtype, entry }] of run.entries()) {
          const tensor = tensors[n]
          if (tensor !== undefined)
            stored.push({ name: entry.name, dtype, shape: entry.shape, bytes: bytesOf(tensor, dtype) })
        }
      }
      return stored
    })
  )
})
