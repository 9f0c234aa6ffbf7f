// Documents sealed before they had a licence and a group of their own are read as documents.
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Column, Documents, Kind, Store } from "../src/index.ts"
import { withStore } from "./support/TempStore.ts"

/** The kind as it was, written out: what it is now must not leak into it. */
const Version1 = Kind.define({
  name: "documents",
  version: 1,
  tables: {
    documents: {
      id: Column.utf8,
      source: Column.utf8,
      lang: Column.utf8,
      script: Column.utf8,
      split: Column.utf8,
      bytes: Column.uint32,
      text: Column.utf8
    }
  },
  attributes: Documents.attributes
})
const rows = {
  id: ["1", "2"],
  source: ["a.txt", "b.txt"],
  lang: ["en", "zh"],
  script: ["Latn", "Hans"],
  split: ["train", "test"],
  bytes: Uint32Array.of(3, 3),
  text: ["ink", "墨"]
}
const attributes = {
  documents: 2,
  bytes: 6,
  splits: { train: 1, test: 1 },
  description: "",
  licence: "CC0-1.0"
}

const opened = (columns: typeof rows | undefined) =>
  withStore(() =>
    Effect.gen(function* () {
      const store = yield* Store
      const draft = yield* store.draft(Version1)
      if (columns !== undefined) yield* draft.append("documents", columns)
      yield* draft.describe(attributes)
      const { digest } = yield* store.seal(draft)
      const artifact = yield* store.open(Documents, digest)
      assert.strictEqual(artifact.digest, digest)
      return { attributes: artifact.attributes, rows: yield* artifact.read("documents") }
    })
  )

describe("documents of version 1", () => {
  it.effect("have no licence and no group of their own, and are what they were otherwise", () =>
    Effect.gen(function* () {
      const read = yield* opened(rows)
      assert.deepStrictEqual(read.rows, { ...rows, licence: ["", ""], group: ["", ""] })
      assert.deepStrictEqual(read.attributes, attributes)
    })
  )

  it.effect("may be none", () =>
    Effect.gen(function* () {
      const read = yield* opened(undefined)
      assert.deepStrictEqual(read.rows.licence, [])
      assert.deepStrictEqual(read.rows.text, [])
    })
  )
})
