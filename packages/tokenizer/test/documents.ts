// Documents in a store of their own, and stages run on them as a pipeline would.
import { type ArtifactRef, Documents, type Split, Store, StoreLocal } from "@inkstone/artifact"
import { type Progress, type Stage, StageRunner } from "@inkstone/stage"
import { Effect, Layer } from "effect"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

export interface Document {
  readonly text: string
  readonly split: Split
}

export const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "inkstone-tokenizer-"))),
  (made) => Effect.sync(() => fs.rmSync(made, { recursive: true, force: true }))
)

/** A store that is gone with the scope. */
export const store = Layer.unwrap(Effect.map(temporaryFolder, StoreLocal.layer))

/** Seals documents, `batch` of them in a record batch; ids are `d0`, `d1`, ... */
export const seal = Effect.fnUntraced(function* (documents: ReadonlyArray<Document>, batch = 1000) {
  const place = yield* Store
  const draft = yield* place.draft(Documents)
  for (let from = 0; from < documents.length; from += batch) {
    const rows = documents.slice(from, from + batch)
    yield* draft.append("documents", {
      id: rows.map((_, i) => `d${from + i}`),
      source: rows.map((_, i) => `file-${from + i}.txt`),
      lang: rows.map(() => "und"),
      script: rows.map(() => "Zyyy"),
      split: rows.map(({ split }) => split),
      licence: rows.map(() => ""),
      group: rows.map(() => ""),
      bytes: Uint32Array.from(rows, ({ text }) => Buffer.byteLength(text)),
      text: rows.map(({ text }) => text)
    })
  }
  const splits: Record<string, number> = {}
  for (const { split } of documents) splits[split] = (splits[split] ?? 0) + 1
  yield* draft.describe({
    documents: documents.length,
    bytes: documents.reduce((sum, { text }) => sum + Buffer.byteLength(text), 0),
    splits,
    description: "made for a test",
    licence: "CC0-1.0"
  })
  return yield* place.seal(draft)
}, Effect.scoped)

/** Runs a stage with one artifact a port and gives what it made, by output. */
export const runStage = Effect.fnUntraced(function* (
  stage: Stage.AnyStage,
  config: unknown,
  inputs: Readonly<Record<string, ArtifactRef>>
) {
  const workspace = yield* temporaryFolder
  const progress: Array<Progress> = []
  const made = yield* StageRunner.run({
    stage,
    config,
    inputs: Object.fromEntries(Object.entries(inputs).map(([port, ref]) => [port, [{ label: port, ref }]])),
    seed: 1337,
    files: [],
    workspace,
    report: (step) => Effect.sync(() => progress.push(step))
  })
  return { made, progress }
}, Effect.scoped)
