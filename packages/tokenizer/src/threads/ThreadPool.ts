// Threads that all do the same work. Tasks go to the thread that has fewest, answers come back by promise.
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"

/** More threads than this wait for the one that reads. */
const mostThreads = 8

/** As many as the run was given, which the executor puts into the environment of a stage. */
export const threadsOf = (environment: Readonly<Record<string, string | undefined>>): number => {
  const given = Number(environment["OMP_NUM_THREADS"])
  return Math.min(mostThreads, given > 0 ? Math.floor(given) : availableParallelism())
}

/** Tasks leave little behind but large buffers; a thread's usual share would hold on to hundreds of megabytes of them. */
const youngMegabytes = 8

interface Waiting<Result> {
  readonly resolve: (result: Result) => void
  readonly reject: (cause: unknown) => void
}

interface Thread<Result> {
  readonly worker: Worker
  /** tasks it was given and has not answered, in order */
  readonly waiting: Array<Waiting<Result>>
}

/** What a worker's file must do: answer every message with one of its own, in order. */
export class ThreadPool<Task, Result> {
  readonly #threads: ReadonlyArray<Thread<Result>>
  #failure: { readonly cause: unknown } | undefined

  /** `start` is the worker's `workerData`. */
  constructor(file: URL, start: unknown, threads: number) {
    this.#threads = Array.from({ length: threads }, () => {
      const worker = new Worker(file, {
        workerData: start,
        resourceLimits: { maxYoungGenerationSizeMb: youngMegabytes }
      })
      const waiting: Array<Waiting<Result>> = []
      worker.on("message", (result: Result) => waiting.shift()?.resolve(result))
      worker.on("error", (cause) => this.#fail(cause))
      return { worker, waiting }
    })
  }

  /** Buffers in `transfer` are given away. Rejects with what a thread died of, whichever it was. */
  run(task: Task, transfer: ReadonlyArray<ArrayBuffer> = []): Promise<Result> {
    const { promise, reject, resolve } = Promise.withResolvers<Result>()
    // a thread may die of another task before anyone waits for this one
    promise.catch(() => {})
    if (this.#failure !== undefined) reject(this.#failure.cause)
    else {
      const thread = this.#threads.reduce((least, other) =>
        other.waiting.length < least.waiting.length ? other : least
      )
      thread.waiting.push({ resolve, reject })
      thread.worker.postMessage(task, transfer)
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
