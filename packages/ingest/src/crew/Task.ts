// A piece of work for one thread: documents that were read, or small files to be read there. The answer is small where it can be: a text
// that nothing was done to is not sent back.
import { scoreColumns } from "@inkstone/artifact"
import type { SourceFile } from "@inkstone/stage"
import type { IngestConfig } from "../IngestConfig.ts"
import type { Judge, Judged } from "../Judge.ts"
import { read } from "../Reader.ts"
import type { Broken, Read } from "../readers/Format.ts"

export type Task = { readonly reads: ReadonlyArray<Read> } | { readonly files: ReadonlyArray<SourceFile> }

/** What came of a task. With a problem, what was found before it. */
export interface Outcome {
  readonly judged: ReadonlyArray<Judged>
  readonly problem?: Problem
}
/** Ends the run: a record that cannot be used, or a file that cannot be read. */
export type Problem =
  | { readonly broken: Broken }
  | { readonly file: SourceFile; readonly code: string; readonly message: string }

/** An outcome as it travels between threads. */
export interface Answer {
  readonly documents: ReadonlyArray<
    Omit<Judged, "scores" | "text"> & {
      /** absent where it is what was read */
      readonly text?: string
    }
  >
  /** the rows of all documents, one behind the other */
  readonly scores: Float32Array<ArrayBuffer>
  readonly problem?: Problem
}

/** Does the work; rejects only with what is a bug. */
export const perform = async (task: Task, judge: Judge, config: IngestConfig): Promise<Outcome> => {
  if ("reads" in task) return { judged: task.reads.map((one) => judge.of(one)) }
  const judged: Array<Judged> = []
  for (const file of task.files) {
    try {
      for await (const { reads } of read(file, config)) {
        for (const one of reads) {
          if (one.kind === "broken" && config.onBadRecord === "fail")
            return { judged, problem: { broken: one } }
          judged.push(judge.of(one))
        }
      }
    } catch (cause) {
      return { judged, problem: unreadable(file, cause) }
    }
  }
  return { judged }
}

/** What the file system refuses is the data's fault; anything else stays a bug. */
export const unreadable = (file: SourceFile, cause: unknown): Problem => {
  if (!(cause instanceof Error) || !("code" in cause)) throw cause
  return { file, code: String(cause.code), message: cause.message }
}

const width = scoreColumns.length

export const packed = (task: Task, { judged, problem }: Outcome): Answer => {
  const scores = new Float32Array(judged.length * width)
  const documents = judged.map(({ scores: row, text, ...rest }, i) => {
    scores.set(row, i * width)
    return text === rawOf(task, i) ? rest : { ...rest, text }
  })
  return { documents, scores, ...(problem === undefined ? {} : { problem }) }
}

export const unpacked = (task: Task, { documents, problem, scores }: Answer): Outcome => {
  const judged = documents.map((one, i) => ({
    ...one,
    text: one.text ?? rawOf(task, i) ?? "",
    scores: scores.subarray(i * width, (i + 1) * width)
  }))
  return { judged, ...(problem === undefined ? {} : { problem }) }
}

const rawOf = (task: Task, i: number): string | undefined =>
  "reads" in task ? task.reads[i]?.text : undefined
