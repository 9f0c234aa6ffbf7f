// The stage: files of records in, examples of named parts out, with what was dropped or repaired.
import { type SourceFile, Stage, StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import { recordBroken, sourceNameShared, sourceUnreadable } from "../failures.ts"
import { readItems } from "../Reader.ts"
import { Damage } from "../readers/Format.ts"
import { formatIn } from "../readers/formats.ts"
import type { Input } from "../readers/Input.ts"
import { select, sharedName } from "../Selection.ts"
import { ExampleDesk } from "./ExampleDesk.ts"
import { describe, type ExamplesRun, flush, outputs } from "./ExampleTables.ts"
import { ExampleRows, pathsOf } from "./ExampleRows.ts"
import { ExamplesConfig, rowFormats } from "./ExamplesConfig.ts"

/**
 * Reads supervised and parallel data: JSON, JSONL, CSV, TSV, Parquet, Arrow, conversations, PO and TMX. Fails with `EmptyExamples` when none is
 * left, `BadRecord` at a record that cannot be used (unless `onBadRecord` is `drop`), `SharedSourceName` and `SourceUnreadable`.
 */
export const examples = Stage.define({
  name: "@inkstone/ingest#examples",
  version: 1,
  description: "Reads records into examples of named parts; repairs, deduplicates and splits them",
  config: ExamplesConfig,
  inputs: {},
  outputs,
  files: (config) => config.files,
  // a record as bytes, string, values and repaired strings
  resources: ({ maxChars }) => ({ cpus: 1, memoryBytes: 2 ** 29 + 16 * maxChars }),
  run: Effect.fn("examples")(function* (config, _given, run) {
    const files = select(run.files, config)
    const shared = sharedName(files)
    if (shared !== undefined) return yield* sourceNameShared(shared)
    const desk = new ExampleDesk(config)
    const total = files.reduce((bytes, file) => bytes + file.bytes, 0)
    let done = 0
    for (const file of files) done = yield* enterFile(file, { config, run, desk, done, total })
    yield* flush(desk, run)
    if (desk.kept === 0) return yield* noneLeft(config, files.length, desk)
    yield* describe(desk, config, run)
  }, Effect.mapError(StageFailure.of))
})

/** Broken records that are named in the log; the ledger has all. */
const shownBroken = 5

interface Progress {
  readonly config: ExamplesConfig
  readonly run: ExamplesRun
  readonly desk: ExampleDesk
  /** bytes of the files before this one, and of all */
  readonly done: number
  readonly total: number
}

async function* examplesIn(
  input: Input,
  config: ExamplesConfig
): AsyncGenerator<ReadonlyArray<ReturnType<ExampleRows["from"]>>> {
  const format = config.format === "auto" ? formatIn(rowFormats, input.extension, input.head) : config.format
  if (format === undefined) {
    const problem = `is of no format that has records: name one of ${Object.keys(rowFormats).join(", ")} as "format"`
    throw new Damage({ place: "the file", at: 0, problem })
  }
  const rows = new ExampleRows(input.name, config, format === "po" || format === "tmx")
  const settings = { ...config, paths: pathsOf(config) }
  for await (const items of rowFormats[format].rows(input, settings)) {
    yield items.map((item) => rows.from(item))
  }
}

/** Gives the bytes that are done after this file. */
const enterFile = (file: SourceFile, { config, run, desk, done, total }: Progress) =>
  Effect.acquireUseRelease(
    Effect.sync(() =>
      readItems<ReturnType<ExampleRows["from"]>>(file, config, (input) => examplesIn(input, config))
    ),
    Effect.fnUntraced(function* (batches) {
      let bytes = done
      for (;;) {
        const next = yield* Effect.promise(() => batches.next()).pipe(
          Effect.catchDefect((cause) =>
            cause instanceof Error && "syscall" in cause ? sourceUnreadable(file, cause) : Effect.die(cause)
          )
        )
        if (next.done === true) return bytes
        for (const one of next.value.reads) {
          if (one.kind === "broken") {
            if (config.onBadRecord === "fail") return yield* recordBroken(one)
            if (++desk.broken <= shownBroken) {
              yield* Effect.logWarning(`dropped: ${one.name}, ${one.place} ${one.problem}`)
            }
          }
          desk.enter(one)
          if (desk.isFull) yield* flush(desk, run)
        }
        bytes += next.value.bytes
        yield* run.report({ done: bytes, total, unit: "bytes", note: `${desk.kept} examples` })
      }
    }),
    (batches) => Effect.promise(() => batches.return(undefined))
  )

const noneLeft = (config: ExamplesConfig, files: number, { ledger }: ExampleDesk): StageFailure => {
  const looked = config.files.join(", ")
  const reasons = Object.entries(ledger.dropped).toSorted(([, a], [, b]) => b - a)
  const top = reasons.slice(0, 3).map(([rule, count]) => `${count} by ${rule}`)
  return new StageFailure({
    category: "data",
    fact: "EmptyExamples",
    problem:
      files === 0
        ? `no file that "exclude" and "where" let through matches ${looked}`
        : ledger.read === 0
          ? `${looked} holds no record`
          : `none of the ${ledger.read} records in ${looked} is left; dropped: ${top.join(", ")}`,
    advice: files === 0 ? 'Check "files", "exclude" and "where"' : 'See "parts", "turns" and "fields"'
  })
}
