// The stage: files in, clean documents out, with what every rule measured and what was dropped or repaired.
import {
  type ArtifactInvalid,
  canonicalJson,
  Documents,
  Ledger,
  Scores,
  type StorageFailed
} from "@inkstone/artifact"
import { type Run, type SourceFile, Stage, StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import { longest } from "./Cuts.ts"
import { Desk } from "./Desk.ts"
import { corpusEmpty, recordBroken, sourceNameShared, sourceUnreadable } from "./failures.ts"
import { IngestConfig } from "./IngestConfig.ts"
import { Judge } from "./Judge.ts"
import { read } from "./Reader.ts"
import { select, sharedName } from "./Selection.ts"
import { loadTools, partFiles } from "./Tools.ts"

const outputs = { documents: Documents, scores: Scores, ledger: Ledger }
type IngestRun = Run<typeof outputs>

/**
 * Reads text, Markdown, HTML and JSONL in any common encoding. Fails with `EmptyCorpus` when no document is left, `BadRecord` at
 * a JSONL line that cannot be used (unless `onBadRecord` is `drop`), `SharedSourceName` and `SourceUnreadable`.
 */
export const ingest = Stage.define({
  name: "@inkstone/ingest#ingest",
  version: 3,
  description: "Reads text, Markdown, HTML and JSONL; repairs, measures, cuts, deduplicates and splits it",
  config: IngestConfig,
  inputs: {},
  outputs,
  files: ({ blocklist, files }) => (blocklist.file === undefined ? files : [...files, blocklist.file]),
  // the longest record as bytes, string, repaired string and lines, at two bytes a character, twice over
  resources: ({ cuts }) => ({ cpus: 1, memoryBytes: 2 ** 29 + 16 * longest(cuts) }),
  run: Effect.fn("ingest")(function* (config, _given, run) {
    const { blocked, corpus } = partFiles(run.files, config)
    const files = select(corpus, config)
    if (files.length === 0) return yield* corpusEmpty(config, { found: corpus.length })
    const shared = sharedName(files)
    if (shared !== undefined) return yield* sourceNameShared(shared)
    const desk = new Desk()
    const judge = new Judge(config, yield* Effect.promise(() => loadTools(config, blocked?.path)))
    const total = files.reduce((bytes, file) => bytes + file.bytes, 0)
    let done = 0
    for (const file of files) done = yield* readFile(file, { config, run, judge, desk, done, total })
    yield* flush(desk, run)
    if (desk.kept === 0) return yield* corpusEmpty(config, { found: corpus.length, desk })
    yield* describe(desk, config, run)
  })
})

interface Progress {
  readonly config: IngestConfig
  readonly run: IngestRun
  readonly judge: Judge
  readonly desk: Desk
  /** bytes of the files before this one, and of all */
  readonly done: number
  readonly total: number
}

/** Gives the bytes that are done after this file. */
const readFile = (file: SourceFile, { config, run, judge, desk, done, total }: Progress) =>
  Effect.acquireUseRelease(
    Effect.sync(() => read(file, config)),
    Effect.fnUntraced(function* (batches) {
      let bytes = done
      for (;;) {
        const next = yield* Effect.promise(() => batches.next()).pipe(
          // what the file system refuses is the data's fault; anything else stays a bug
          Effect.catchDefect((cause) =>
            cause instanceof Error && "code" in cause ? sourceUnreadable(file, cause) : Effect.die(cause)
          )
        )
        if (next.done === true) return bytes
        for (const one of next.value.reads) {
          if (one.kind === "broken" && config.onBadRecord === "fail") return yield* recordBroken(one)
          desk.enter(judge.of(one))
          if (desk.isFull) yield* flush(desk, run)
        }
        bytes += next.value.bytes
        yield* run.report({ done: bytes, total, unit: "bytes", note: `${desk.kept} documents` })
      }
    }),
    (batches) => Effect.promise(() => batches.return(undefined))
  )

const flush = Effect.fnUntraced(
  function* (desk: Desk, { outputs }: IngestRun) {
    const { documents, scores, ledger } = desk.take()
    if (documents !== undefined) yield* outputs.documents.append("documents", documents)
    if (scores !== undefined) yield* outputs.scores.append("scores", scores)
    if (ledger !== undefined) yield* outputs.ledger.append("ledger", ledger)
  },
  Effect.mapError((problem) => notStored(problem))
)

const describe = Effect.fnUntraced(
  function* (desk: Desk, config: IngestConfig, { outputs }: IngestRun) {
    const { description, licence, splits } = config
    const { read, kept, bytes, dropped, repaired } = desk
    yield* outputs.documents.describe({ documents: kept, bytes, splits: desk.splits, description, licence })
    yield* outputs.scores.describe({ documents: read, kept, cuts: cutsAsJson(config) })
    yield* outputs.ledger.describe({ read, kept, dropped, repaired })
    yield* Effect.logInfo(`kept ${kept} of ${read} documents, ${bytes} bytes`)
    const wanted = { validation: splits.validation, test: splits.test, train: 1 }
    for (const [split, share] of Object.entries(wanted)) {
      if (share === 0 || (desk.splits[split] ?? 0) > 0) continue
      yield* Effect.logWarning(
        `no document fell into ${split}: the corpus is small, so choose larger splits or another splits.salt`
      )
    }
  },
  Effect.mapError((problem) => notStored(problem))
)

/** As the config says it, so that the same thresholds can be worked out from the scores alone. */
const cutsAsJson = (config: IngestConfig): string => {
  const { allowReplacement, cuts, personalData } = Schema.encodeSync(IngestConfig)(config)
  return canonicalJson({ allowReplacement, cuts, personalData })
}

const notStored = (problem: ArtifactInvalid | StorageFailed): StageFailure =>
  problem._tag === "StorageFailed"
    ? new StageFailure({
        category: "resource",
        fact: problem._tag,
        problem: problem.message,
        advice: problem.code === "ENOSPC" ? "Free some space and start again" : ""
      })
    : new StageFailure({ category: "crashed", fact: problem._tag, problem: problem.message, advice: "" })
