// The numbers of a checkpoint through a restore node of TensorFlow's own. It puts slices together and
// reads the format of before 1.0 as well. The index was read and checked before: the node is given no file on its word alone.
import { Effect, type Scope } from "effect"
import { CheckpointInvalid, type NativeUnavailable, RunFailed } from "./errors.ts"
import { header, joined, number, part, text } from "./Protobuf.ts"
import { Session } from "./Session.ts"
import * as StoredDtype from "./StoredDtype.ts"
import { elements, type Stored, type Tensors, type TensorType } from "./TensorBundle.ts"
import type { Tensor } from "./Tensor.ts"

// Fields of NodeDef and AttrValue: tensorflow/core/framework/{node_def,attr_value,tensor}.proto.
const typeValue = (code: number) => number(6, code)
const typesValue = (...codes: ReadonlyArray<number>) => part(1, ...codes.map((code) => number(6, code)))
const texts = (...values: ReadonlyArray<string>) =>
  part(
    8,
    number(1, StoredDtype.code("string")),
    part(2, part(2, number(1, values.length))), // a vector
    ...values.map((value) => text(8, value))
  )
const scalar = (value: string) => part(8, number(1, StoredDtype.code("string")), part(2), text(8, value))

const node = (
  name: string,
  op: string,
  inputs: ReadonlyArray<string>,
  attributes: Readonly<Record<string, Uint8Array>>
): Uint8Array =>
  part(
    1,
    text(1, name),
    text(2, op),
    ...inputs.map((input) => text(3, input)),
    ...Object.entries(attributes).map(([key, value]) => part(5, text(1, key), part(2, value)))
  )

const constant = (name: string, value: Uint8Array) =>
  node(name, "Const", [], { dtype: typeValue(StoredDtype.code("string")), value })

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

const nodesOf = (
  entry: TensorType,
  dtype: StoredDtype.StoredDtype,
  at: number
): ReadonlyArray<Uint8Array> => {
  const stored = StoredDtype.code(dtype)
  const nodes = [
    constant(`name${at}`, texts(entry.name)),
    node(`restore${at}`, "RestoreV2", ["prefix", `name${at}`, "slices"], { dtypes: typesValue(stored) })
  ]
  let [from, last] = [stored, `restore${at}`]
  for (const [n, [op, to]] of bitcast[dtype].entries()) {
    const name = `${op}${at}_${n}`
    const code = StoredDtype.code(to)
    nodes.push(
      node(
        name,
        op,
        [last],
        op === "Bitcast"
          ? { T: typeValue(from), type: typeValue(code) }
          : { SrcT: typeValue(from), DstT: typeValue(code) }
      )
    )
    ;[from, last] = [code, name]
  }
  return [...nodes, node(`out${at}`, "Identity", [last], { T: typeValue(from) })]
}

const graphOf = (prefix: string, nodes: ReadonlyArray<Uint8Array>) =>
  joined([
    constant("prefix", scalar(prefix)),
    constant("slices", texts("")),
    ...nodes,
    header(4, 3), // VersionDef
    number(1, 1882) // the producer version of TensorFlow 2.21
  ])

/** The bytes as they were stored. */
const bytesOf = ({ values }: Tensor, dtype: StoredDtype.StoredDtype): Uint8Array => {
  const size = StoredDtype.bytes(dtype)
  // what was widened to int32 is narrowed again; the rest has its own bits
  if (dtype !== "bool" && size === 2) return new Uint8Array(Uint16Array.from(values).buffer)
  if (dtype !== "bool" && size === 1) return Uint8Array.from(values)
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength)
}

export interface Restored {
  /** the numbers of tensors of the index, in that order */
  readonly read: (names: ReadonlyArray<string>) => Effect.Effect<ReadonlyArray<Stored>, CheckpointInvalid>
}

/** A run prepares itself for 10 ms: several tensors share one, but not so many that they are twice in memory. */
const runBytes = 2 ** 26

interface Place {
  readonly at: number
  readonly dtype: StoredDtype.StoredDtype
  readonly entry: TensorType
}

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

/** Opens a session that restores tensors of a checked index; closed with the scope. */
export const open = Effect.fn("Restore.open")(function* (
  index: Tensors
): Effect.fn.Return<Restored, NativeUnavailable | CheckpointInvalid, Scope.Scope> {
  const invalid = (field: string, problem: string, advice: string) =>
    new CheckpointInvalid({ file: index.prefix, field, problem, advice })
  const entries = [...index.entries.values()]
  const places = new Map<string, Place>()
  for (const [at, entry] of entries.entries())
    if (StoredDtype.isNumeric(entry.dtype)) places.set(entry.name, { at, dtype: entry.dtype, entry })
  const nodes = [...places.values()].flatMap(({ at, dtype, entry }) => nodesOf(entry, dtype, at))
  const session = yield* Session.open(graphOf(index.prefix, nodes)).pipe(
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
  // where a run fails, one by one tells which tensor it is
  const restored = (run: ReadonlyArray<Place>) =>
    together(run).pipe(
      Effect.catchTag("CheckpointInvalid", () =>
        Effect.map(
          Effect.forEach(run, (place) => together([place])),
          (alone) => alone.flat()
        )
      )
    )
  return {
    read: Effect.fnUntraced(function* (names) {
      const wanted: Array<Place> = []
      for (const name of names) {
        const place = places.get(name)
        if (place === undefined)
          return yield* invalid(
            `tensor ${JSON.stringify(name)}`,
            "there are no such numbers in it",
            "name one of its tensors"
          )
        wanted.push(place)
      }
      const stored: Array<Stored> = []
      for (const run of inRuns(wanted)) {
        const tensors = yield* restored(run)
        for (const [n, { dtype, entry }] of run.entries()) {
          const tensor = tensors[n]
          if (tensor !== undefined)
            stored.push({ name: entry.name, dtype, shape: entry.shape, bytes: bytesOf(tensor, dtype) })
        }
      }
      return stored
    })
  }
})
