// A small stage that keeps the contract, and rows for it.
import { Documents, type Kind } from "@inkstone/artifact"
import { Effect, Schema } from "effect"
import { Stage, StageFailure } from "../../src/index.ts"
import { sample } from "../../src/testkit.ts"

export const Shout = Stage.define({
  name: "test#shout",
  version: 1,
  description: "Upper-cases documents",
  config: Schema.Struct({
    marks: Schema.Int.pipe(Schema.withDecodingDefault(Effect.succeed(1))),
    files: Schema.Array(Schema.String).pipe(Schema.withDecodingDefault(Effect.succeed([])))
  }),
  inputs: { documents: Stage.one(Documents) },
  outputs: { documents: Documents },
  files: ({ files }) => files,
  run: Effect.fn(function* ({ marks }, { documents }, { outputs, report }) {
    const total = documents.rows("documents")
    yield* report({ done: 0, total, unit: "documents" })
    const rows = yield* documents.read("documents")
    const text = rows.text.map((one) => one.toUpperCase() + "!".repeat(marks))
    const bytes = Uint32Array.from(text, (one) => Buffer.byteLength(one))
    yield* outputs.documents.append("documents", { ...rows, text, bytes })
    yield* outputs.documents.describe({ ...documents.attributes, bytes: bytes.reduce((a, b) => a + b, 0) })
    yield* report({ done: total, total, unit: "documents" })
  }, Effect.mapError(StageFailure.of))
})

export const rows: Kind.Rows<(typeof Documents)["tables"]["documents"]> = {
  id: ["1", "2"],
  source: ["a.txt", "b.txt"],
  lang: ["en", "en"],
  script: ["Latn", "Latn"],
  split: ["train", "test"],
  licence: ["", "CC0-1.0"],
  group: ["", "letters"],
  bytes: Uint32Array.of(5, 3),
  text: ["hello", "ink"]
}

export const documents = sample(Documents, {
  attributes: { documents: 2, bytes: 8, splits: { train: 1, test: 1 }, description: "", licence: "" },
  tables: { documents: rows }
})
