// PDFs with a text layer. The work is done in a thread of its own: a file that keeps it busy for ever, or runs it out of memory, is
// refused, and nothing else is lost.
import { Worker } from "node:worker_threads"
import { longest } from "../Cuts.ts"
import { refuseBombs } from "../pdf/Bombs.ts"
import type { PdfOutcome } from "../pdf/Extract.ts"
import type { PdfTask } from "../pdf/PdfWorker.ts"
import { Damage, type Format } from "./Format.ts"
import { documentsOf, languageTag } from "./Page.ts"
import { Refusal } from "./Refusal.ts"

const mostPages = 20_000
/** A book of a thousand pages takes some twenty. What takes this long on a busy machine was made to. */
const leastSeconds = 60
const secondsPerMegabyte = 2
const mostHeapMegabytes = 2048

export const pdf: Format = {
  extensions: [".pdf"],
  media: ["application/pdf"],
  recognises: (head) => new TextDecoder("latin1").decode(head.subarray(0, 1024)).includes("%PDF-"),
  read: async function* (input, config) {
    const data = await input.whole(config.limits.wholeBytes)
    await refuseBombs(data)
    const outcome = await inThread({ data, limits: { pages: mostPages, chars: longest(config.cuts) } })
    if (outcome.kind === "refused") throw new Refusal(outcome.rule, outcome)
    if (outcome.kind === "damaged") throw new Damage({ place: "the file", at: 0, problem: outcome.problem })
    const { text, title, lang } = outcome
    yield documentsOf({ text, title, lang: languageTag(lang), licence: undefined }, input, config)
  }
}

/** The thread of the last file, kept for the next one: it takes a fifth of a second to start. */
let idle: Worker | undefined

const start = (): Worker => {
  const worker = new Worker(new URL("../pdf/PdfWorker.ts", import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: mostHeapMegabytes }
  })
  const forget = (): void => {
    if (idle === worker) idle = undefined
  }
  // also while it has nothing to do: an error that nobody listens to would end the process
  return worker.on("error", forget).on("exit", forget)
}

const inThread = (task: PdfTask): Promise<PdfOutcome> => {
  const worker = idle ?? start()
  const mostSeconds = Math.round(leastSeconds + (secondsPerMegabyte * task.data.length) / 2 ** 20)
  idle = undefined
  worker.ref()
  return new Promise((resolve) => {
    const finish = (outcome: PdfOutcome): void => {
      clearTimeout(timer)
      worker.off("message", answered).off("error", fail).off("exit", fail)
      resolve(outcome)
    }
    const answered = (outcome: PdfOutcome): void => {
      worker.unref()
      idle = worker
      finish(outcome)
    }
    const fail = (problem: unknown): void => {
      const why = problem instanceof Error ? `: ${problem.message}` : ""
      finish({ kind: "damaged", problem: `ended the thread that read it${why}` })
    }
    const timer = setTimeout(() => {
      finish({ kind: "refused", rule: "seconds", value: mostSeconds + 1, threshold: mostSeconds })
      void worker.terminate()
    }, 1000 * mostSeconds)
    worker.once("message", answered).once("error", fail).once("exit", fail)
    worker.postMessage(task, [task.data.buffer])
  })
}
