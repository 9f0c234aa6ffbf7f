// Spreads documents over threads. Answers are taken in the order of the tasks, so that their number changes nothing.
import { Worker } from "node:worker_threads"
import type { IngestConfig } from "../IngestConfig.ts"
import { Judge } from "../Judge.ts"
import { loadTools } from "../Tools.ts"
import { type Answer, type Outcome, perform, type Task, unpacked } from "./Task.ts"

export interface CrewStart {
  readonly config: IngestConfig
  readonly blockedPath: string | undefined
}

interface Waiting {
  readonly task: Task
  readonly resolve: (outcome: Outcome) => void
  readonly reject: (cause: unknown) => void
}
interface Thread {
  readonly worker: Worker
  /** tasks it was given and has not answered, in order */
  readonly waiting: Array<Waiting>
}

/** Tasks that a thread may hold, so that it never waits and little lies about. */
const ahead = 2

export class Crew {
  readonly #start: CrewStart
  readonly #own: Judge | undefined
  readonly #threads: ReadonlyArray<Thread>
  #failure: { readonly cause: unknown } | undefined

  private constructor(start: CrewStart, own: Judge | undefined, threads: number) {
    this.#start = start
    this.#own = own
    this.#threads = Array.from({ length: threads }, () => {
      const worker = new Worker(new URL("JudgeWorker.ts", import.meta.url), { workerData: start })
      const waiting: Array<Waiting> = []
      worker.on("message", (answer: Answer) => {
        const first = waiting.shift()
        first?.resolve(unpacked(first.task, answer))
      })
      worker.on("error", (cause) => this.#fail(cause))
      return { worker, waiting }
    })
  }

  /** With fewer than two threads all is done where it is called. Rejects if the blocklist cannot be read. */
  static async of(start: CrewStart, threads: number): Promise<Crew> {
    const tools = await loadTools(start.config, start.blockedPath)
    return threads < 2
      ? new Crew(start, new Judge(start.config, tools), 0)
      : new Crew(start, undefined, threads)
  }

  /** Tasks that may be under way at once. */
  get room(): number {
    return this.#own === undefined ? ahead * this.#threads.length : 0
  }

  /** Resolves with the outcome; rejects with what a thread died of, whichever it was. */
  run(task: Task): Promise<Outcome> {
    if (this.#own !== undefined) return perform(task, this.#own, this.#start.config)
    const { promise, reject, resolve } = Promise.withResolvers<Outcome>()
    // a thread may die of another task before anyone waits for this one
    promise.catch(() => {})
    if (this.#failure !== undefined) reject(this.#failure.cause)
    else {
      const thread = this.#threads.reduce((least, other) =>
        other.waiting.length < least.waiting.length ? other : least
      )
      thread.waiting.push({ task, resolve, reject })
      thread.worker.postMessage(task, [])
    }
    return promise
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()))
  }

  #fail(cause: unknown): void {
    this.#failure ??= { cause }
    for (const { waiting } of this.#threads) for (const { reject } of waiting.splice(0)) reject(cause)
  }
}
