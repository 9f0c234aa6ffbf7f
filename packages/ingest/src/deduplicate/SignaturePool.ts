// Spreads documents over threads. Each row of the table is written by one thread, so their number changes nothing.
import { availableParallelism } from "node:os"
import { Worker } from "node:worker_threads"
import { Signer, type SignatureSettings, type SignatureTable, type Texts } from "./Signatures.ts"

export interface SignerStart {
  readonly table: SignatureTable
  readonly settings: SignatureSettings
}

export interface SignTask {
  readonly firstRow: number
  readonly texts: Texts
}

/** Batches a thread may hold, so that it never waits and little lies about. */
const ahead = 2
/** More threads than this wait for the one that reads. */
const mostThreads = 8

/** As many as the run was given, which the executor puts into the environment of a stage. */
export const threadsOf = (environment: Readonly<Record<string, string | undefined>>): number => {
  const given = Number(environment["OMP_NUM_THREADS"])
  return Math.min(mostThreads, given > 0 ? Math.floor(given) : availableParallelism())
}

interface Thread {
  readonly worker: Worker
  waiting: number
}

/** With one thread, all is done where it is called. */
export class SignaturePool {
  readonly #own: Signer | undefined
  readonly #threads: ReadonlyArray<Thread>
  #failure: unknown
  #wake: () => void = () => {}

  constructor(start: SignerStart, threads: number) {
    this.#own = threads <= 1 ? new Signer(start.table, start.settings) : undefined
    this.#threads = Array.from({ length: threads <= 1 ? 0 : threads }, () => {
      const worker = new Worker(new URL("SignatureWorker.ts", import.meta.url), { workerData: start })
      const thread: Thread = { worker, waiting: 0 }
      worker.on("message", () => {
        thread.waiting--
        this.#wake()
      })
      worker.on("error", (failure) => {
        this.#failure = failure
        this.#wake()
      })
      return thread
    })
  }

  /** Resolves when the documents are taken, not when they are signed. */
  async sign(task: SignTask): Promise<void> {
    if (this.#own !== undefined) {
      this.#own.sign(task.firstRow, task.texts)
      return
    }
    await this.#until(() => this.#threads.some(({ waiting }) => waiting < ahead))
    const thread = this.#threads.reduce((least, other) => (other.waiting < least.waiting ? other : least))
    thread.waiting++
    thread.worker.postMessage(task, [])
  }

  /** Resolves when all is signed. */
  drain(): Promise<void> {
    return this.#until(() => this.#threads.every(({ waiting }) => waiting === 0))
  }

  async close(): Promise<void> {
    await Promise.all(this.#threads.map(({ worker }) => worker.terminate()))
  }

  async #until(holds: () => boolean): Promise<void> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#failure
      if (holds()) return
      const { promise, resolve } = Promise.withResolvers<void>()
      this.#wake = resolve
      await promise
    }
  }
}
