import { BinaryReader, WireType } from "@bufbuild/protobuf/wire"
import { assert, describe, it } from "@effect/vitest"
import { gather, GraphInvalid, Initializer, input, matmul, parameter, SavedModel } from "../src/index.ts"

/** The length-delimited fields of a message by number. */
const parts = (bytes: Uint8Array): ReadonlyMap<number, ReadonlyArray<Uint8Array>> => {
  const found = new Map<number, Array<Uint8Array>>()
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (wire === WireType.LengthDelimited) found.set(field, [...(found.get(field) ?? []), reader.bytes()])
    else reader.skip(wire, field)
  }
  return found
}
const text = (bytes: Uint8Array | undefined) => new TextDecoder().decode(bytes)
const only = (bytes: Uint8Array | undefined, field: number) =>
  parts(bytes ?? new Uint8Array(0)).get(field)?.[0]
/** name -> node of the entries of a map field of a SignatureDef */
const endpoints = (signature: Uint8Array | undefined, field: number) =>
  Object.fromEntries(
    (parts(signature ?? new Uint8Array(0)).get(field) ?? []).map((entry) => [
      text(only(entry, 1)),
      text(only(only(entry, 2), 1))
    ])
  )

const table = parameter("table", [8, 4], Initializer.zeros)
const weight = parameter("weight.of.it", [4, 2], Initializer.zeros)
const ids = input("ids", "int32", ["B"])
const mask = input("mask", "bool", ["B"])
const rows = gather(table, ids) // [B, 4]
const logits = matmul(rows, weight) // [B, 2]

const write = () => SavedModel.write({ rows: { inputs: { ids }, outputs: { rows } } }, { ids: "int32" }).bytes

describe("SavedModel", () => {
  it("names inputs and outputs of each signature, and leaves out what no output needs", () => {
    const { bytes, inputs, variables } = SavedModel.write(
      {
        serving_default: { inputs: { ids, mask }, outputs: { logits } },
        rows: { inputs: { ids }, outputs: { rows } }
      },
      { ids: "int64" }
    )
    assert.deepStrictEqual(inputs, { serving_default: ["ids"], rows: ["ids"] })
    assert.deepStrictEqual(
      variables.map(({ name }) => name),
      ["table", "weight.of.it"]
    )
    const graph = only(bytes, 2)
    const signatures = parts(graph ?? new Uint8Array(0)).get(5) ?? []
    assert.deepStrictEqual(
      signatures.map((entry) => {
        const signature = only(entry, 2)
        return [
          text(only(entry, 1)),
          endpoints(signature, 1),
          endpoints(signature, 2),
          text(only(signature, 3))
        ]
      }),
      [
        [
          "serving_default",
          { ids: "serving_default_ids:0" },
          { logits: "serving_default/outputs/logits:0" },
          "tensorflow/serving/predict"
        ],
        ["rows", { ids: "rows_ids:0" }, { rows: "rows/outputs/rows:0" }, "tensorflow/serving/predict"]
      ]
    )
    const saver = only(graph, 3)
    assert.deepStrictEqual(
      [1, 2, 3].map((field) => text(only(saver, field))),
      ["save/Const:0", "save/control_dependency:0", "save/restore_all"]
    )
  })

  it("is the same bytes each time", () => {
    assert.deepStrictEqual(write(), write())
  })

  it("says which input a signature uses and does not list", () => {
    assert.throws(
      () => SavedModel.write({ rows: { inputs: { mask }, outputs: { rows } } }, { ids: "int64" }),
      GraphInvalid,
      /rows.*uses the input ids/
    )
  })
})
