// The numbers of a checkpoint through a restore node of TensorFlow's own, one tensor at a time. It puts slices together and
// reads the format of before 1.0 as well. The index was read and checked before: the node is given no file on its word alone.
import { Effect, type Scope } from "effect"
import { CheckpointInvalid, type NativeUnavailable, RunFailed } from "./errors.ts"
import { header, joined, number, part, text } from "./Protobuf.ts"
import { Session } from "./Session.ts"
import * as StoredDtype from "./StoredDtype.ts"
import type { Stored, Tensors, TensorType } from "./TensorBundle.ts"
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
  /** the numbers of one tensor of the index */
  readonly read: (name: string) => Effect.Effect<Stored, CheckpointInvalid>
}

/** Opens a session that restores the tensors of a checked index one by one; closed with the scope. */
export const open = Effect.fn("Restore.open")(function* (
  index: Tensors
): Effect.fn.Return<Restored, NativeUnavailable | CheckpointInvalid, Scope.Scope> {
  const invalid = (field: string, problem: string, advice: string) =>
    new CheckpointInvalid({ file: index.prefix, field, problem, advice })
  const entries = [...index.entries.values()]
  const places = new Map<
    string,
    { readonly at: number; readonly dtype: StoredDtype.StoredDtype; readonly entry: TensorType }
  >()
  for (const [at, entry] of entries.entries())
    if (StoredDtype.isNumeric(entry.dtype)) places.set(entry.name, { at, dtype: entry.dtype, entry })
  const nodes = [...places.values()].flatMap(({ at, dtype, entry }) => nodesOf(entry, dtype, at))
  const session = yield* Session.open(graphOf(index.prefix, nodes)).pipe(
    Effect.catchTag("ProgramRejected", ({ problem }) =>
      Effect.fail(invalid("restore", problem, "tell us about this checkpoint"))
    )
  )
  return {
    read: (name) =>
      Effect.suspend((): Effect.Effect<Stored, CheckpointInvalid> => {
        const place = places.get(name)
        const field = `tensor ${JSON.stringify(name)}`
        if (place === undefined)
          return Effect.fail(invalid(field, "there are no such numbers in it", "name one of its tensors"))
        const { at, dtype, entry } = place
        try {
          const [tensor] = session.run([], [`out${at}:0`])
          if (tensor === undefined) return Effect.die(`no result of out${at}`)
          return Effect.succeed({ name, dtype, shape: entry.shape, bytes: bytesOf(tensor, dtype) })
        } catch (cause) {
          if (!(cause instanceof RunFailed)) throw cause
          return Effect.fail(
            invalid(field, cause.problem, "fetch its files again: TensorFlow cannot read them")
          )
        }
      })
  }
})
