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
import { Crew, type CrewStart } from "./crew/Crew.ts"
import type { Problem } from "./crew/Task.ts"
import { threadsFor, threadsOf } from "./crew/Threads.ts"
import { work } from "./crew/Work.ts"
import { longest } from "./Cuts.ts"
import { Desk } from "./Desk.ts"
import {
  blocklistMissing,
  corpusEmpty,
  recordBroken,
  sourceNameShared,
  sourceUnreadable
} from "./failures.ts"
import { IngestConfig } from "./IngestConfig.ts"
import { select, sharedName } from "./Selection.ts"
import { partFiles } from "./Tools.ts"

const outputs = { documents: Documents, scores: Scores, ledger: Ledger }
type IngestRun = Run<typeof outputs>

/**
 * Reads text, pages, books, mail, feeds and records of every format in `readers/formats.ts`, in any common encoding, packed
 * or not. Fails with `EmptyCorpus` when no document is left, `BadRecord` at a record or file that is damaged (unless
 * `onBadRecord` is `drop`), `SharedSourceName` and `SourceUnreadable`.
 */
export const ingest = Stage.define({
  name: "@inkstone/ingest#ingest",
  version: 3,
  description:
    "Reads text, pages, books, mail and records; repairs, measures, cuts, deduplicates and splits it",
  config: IngestConfig,
  inputs: {},
  outputs,
  files: ({ blocklist, files }) => (blocklist.file === undefined ? files : [...files, blocklist.file]),
  // the longest record as bytes, string, repaired string and lines, at two bytes a character, twice over; small ones in each thread
  resources: ({ cuts }) => {
    const cpus = threadsOf(process.env)
    return { cpus, memoryBytes: 2 ** 29 + 2 ** 27 * cpus + 16 * longest(cuts) }
  },
  run: Effect.fn("ingest")(function* (config, _given, run) {
    const { blocked, corpus } = partFiles(run.files, config)
    const files = select(corpus, config)
    if (config.blocklist.file !== undefined && blocked === undefined) {
      return yield* blocklistMissing(config.blocklist.file)
    }
    if (files.length === 0) return yield* corpusEmpty(config, { found: corpus.length })
    const shared = sharedName(files)
    if (shared !== undefined) return yield* sourceNameShared(shared)
    const desk = new Desk()
    yield* judgeAll(files, { config, blockedPath: blocked?.path, run, desk })
    yield* flush(desk, run)
    if (desk.kept === 0) return yield* corpusEmpty(config, { found: corpus.length, desk })
    yield* describe(desk, config, run)
  })
})

interface Context extends CrewStart {
  readonly run: IngestRun
  readonly desk: Desk
}

/** Enters every document into the desk, in the order of the files. */
const judgeAll = (files: ReadonlyArray<SourceFile>, { blockedPath, config, desk, run }: Context) => {
  const total = files.reduce((bytes, file) => bytes + file.bytes, 0)
  return Effect.acquireUseRelease(
    Effect.promise(() => Crew.of({ config, blockedPath }, threadsFor(total))),
    Effect.fnUntraced(function* (crew) {
      const outcomes = work(files, config, crew)
      yield* Effect.addFinalizer(() => Effect.promise(() => outcomes.return(undefined)))
      let done = 0
      for (;;) {
        const next = yield* Effect.promise(() => outcomes.next())
        if (next.done === true) return
        const { bytes, judged, problem } = next.value
        for (const one of judged) {
          desk.enter(one)
          if (desk.isFull) yield* flush(desk, run)
        }
        if (problem !== undefined) return yield* failureOf(problem)
        done += bytes
        yield* run.report({ done, total, unit: "bytes", note: `${desk.kept} documents` })
      }
    }, Effect.scoped),
    (crew) => Effect.promise(() => crew.close())
  )
}

const failureOf = (problem: Problem): StageFailure =>
  "broken" in problem ? recordBroken(problem.broken) : sourceUnreadable(problem.file, problem)

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
