// From files to judged documents in the order of the files. Large files are read here and their documents handed out in batches; small ones
// are handed out whole, so that markup is parsed on all threads.
import type { SourceFile } from "@inkstone/stage"
import type { IngestConfig } from "../IngestConfig.ts"
import { read } from "../Reader.ts"
import type { Read } from "../readers/Format.ts"
import type { Crew } from "./Crew.ts"
import { type Outcome, type Task, unreadable } from "./Task.ts"

/** What came of some bytes of the files. */
export interface Done extends Outcome {
  readonly bytes: number
}

/** A batch is handed out at so many UTF-16 units, or so many documents. */
const batchUnits = 2 ** 18
const batchDocuments = 256
/** Files up to so many bytes are read by the thread that judges them, but for packed ones, whose real size nobody knows. */
const smallFile = 2 ** 20
const packedName = /\.(?:gz|zst|epub|warc|mbox)$/iu

type Step = { readonly task: Task; readonly bytes: number } | (Outcome & { readonly bytes: number })

/** Gives outcomes as they are there, always in order. A problem is the last. */
export async function* work(
  files: ReadonlyArray<SourceFile>,
  config: IngestConfig,
  crew: Crew
): AsyncGenerator<Done> {
  const waiting: Array<Promise<Done>> = []
  for await (const step of steps(files, config, crew)) {
    waiting.push("task" in step ? done(crew.run(step.task), step.bytes) : Promise.resolve(step))
    while (waiting.length > crew.room) {
      const next = await waiting.shift()!
      yield next
      if (next.problem !== undefined) return
    }
  }
  for (const last of waiting) {
    const next = await last
    yield next
    if (next.problem !== undefined) return
  }
}

const done = (outcome: Promise<Outcome>, bytes: number): Promise<Done> => {
  const all = outcome.then((one) => ({ ...one, bytes }))
  // whoever waits for it hears of it; until then it is no unhandled rejection
  all.catch(() => {})
  return all
}

async function* steps(
  files: ReadonlyArray<SourceFile>,
  config: IngestConfig,
  crew: Crew
): AsyncGenerator<Step> {
  let small: Array<SourceFile> = []
  let bytes = 0
  const together = (): Step => {
    const step = { task: { files: small }, bytes }
    small = []
    bytes = 0
    return step
  }
  for (const file of files) {
    const fits = crew.room > 0 && file.bytes <= smallFile && !packedName.test(file.name)
    if (small.length > 0 && (!fits || bytes + file.bytes > smallFile || small.length >= batchDocuments))
      yield together()
    if (fits) {
      small.push(file)
      bytes += file.bytes
    } else yield* stepsOf(file, config)
  }
  if (small.length > 0) yield together()
}

async function* stepsOf(file: SourceFile, config: IngestConfig): AsyncGenerator<Step> {
  let reads: Array<Read> = []
  let [units, bytes] = [0, 0]
  const batch = (): Step => {
    const step = { task: { reads }, bytes }
    reads = []
    units = 0
    bytes = 0
    return step
  }
  try {
    for await (const part of read(file, config)) {
      bytes += part.bytes
      for (const one of part.reads) {
        if (one.kind === "broken" && config.onBadRecord === "fail") {
          yield batch()
          yield { judged: [], problem: { broken: one }, bytes: 0 }
          return
        }
        reads.push(one)
        units += one.text.length
        if (units >= batchUnits || reads.length >= batchDocuments) yield batch()
      }
    }
    yield batch()
  } catch (cause) {
    yield { judged: [], problem: unreadable(file, cause), bytes: 0 }
  }
}
