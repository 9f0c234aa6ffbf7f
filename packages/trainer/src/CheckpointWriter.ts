// Writes files in a thread of its own, one at a time: while it works, the training does its next steps.
import { StorageFailed } from "@inkstone/artifact"
import { StageFailure } from "@inkstone/stage"
import { Effect, type Scope } from "effect"
import { fileURLToPath } from "node:url"
import { Worker } from "node:worker_threads"
import * as Container from "./Container.ts"
import type { Done, Order } from "./CheckpointWorker.ts"

export interface Write {
  readonly file: string
  readonly contents: Container.Contents
  /** removed once the file is on the disk, and only then */
  readonly remove: ReadonlyArray<string>
}

export interface CheckpointWriter {
  /**
   * Hands a file over to be written. The buffers of its arrays go to the thread: the caller cannot use them any more. Only one
   * file is under way at a time, so call `settled` before the arrays are fetched: then no more than one copy of them is in memory.
   */
  readonly begin: (write: Write) => Effect.Effect<void, StageFailure>
  /** Waits until nothing is under way. Fails, from then on always, once a write has failed. */
  readonly settled: Effect.Effect<void, StageFailure>
  /** Does not wait: fails once a write has failed. */
  readonly healthy: Effect.Effect<void, StageFailure>
}

// not `new URL` inside of `new Worker`, which bundlers take for theirs
const source = fileURLToPath(import.meta.resolve("./CheckpointWorker.ts"))

/** Opens a writer; the scope ends when all is written. The thread starts with the first file. */
export const open: Effect.Effect<CheckpointWriter, never, Scope.Scope> = Effect.map(
  Effect.acquireRelease(
    Effect.sync(() => new Writing()),
    (writing) =>
      Effect.andThen(
        writing.idle,
        Effect.sync(() => writing.end())
      )
  ),
  (writing) => ({
    begin: (write) =>
      Effect.andThen(
        writing.settled,
        Effect.sync(() => writing.post(write))
      ),
    settled: writing.settled,
    healthy: writing.healthy
  })
)

/** A buffer of its own for each array: only whole buffers can be handed to a thread. */
const owned = (bytes: Uint8Array): Uint8Array<ArrayBuffer> =>
  bytes.buffer instanceof ArrayBuffer && bytes.byteLength === bytes.buffer.byteLength
    ? new Uint8Array(bytes.buffer)
    : bytes.slice()

/** A thread takes longer to start than a small checkpoint to write. */
let spare: Worker | undefined

class Writing {
  #worker: Worker | undefined
  /** where what is under way goes; undefined while nothing is */
  #file: string | undefined
  #failure: StageFailure | undefined
  #waiting: Array<() => void> = []

  get idle(): Effect.Effect<void> {
    return Effect.callback<void>((resume) => {
      if (this.#file === undefined) resume(Effect.void)
      else this.#waiting.push(() => resume(Effect.void))
    })
  }

  get healthy(): Effect.Effect<void, StageFailure> {
    return Effect.suspend(() => (this.#failure === undefined ? Effect.void : Effect.fail(this.#failure)))
  }

  get settled(): Effect.Effect<void, StageFailure> {
    return Effect.andThen(this.idle, this.healthy)
  }

  /** Leaves the thread to the next one that writes; idle, it does not hold the process. */
  end(): void {
    const worker = this.#worker
    if (worker === undefined) return
    worker.off("message", this.#heard).off("error", this.#broke).off("messageerror", this.#broke)
    worker.off("exit", this.#gone)
    if (spare === undefined && this.#failure === undefined) spare = worker
    else void worker.terminate()
    worker.unref()
  }

  post({ contents, file, remove }: Write): void {
    const { arrays, ...rest } = Container.prepare(contents)
    const moved = arrays.map((array) => ({ ...array, bytes: owned(array.bytes) }))
    const order: Order = { file, contents: { ...rest, arrays: moved }, remove }
    this.#file = file
    this.#worker ??= this.#start()
    // what is being written holds the process
    this.#worker.ref()
    this.#worker.postMessage(order, [...new Set(moved.map(({ bytes }) => bytes.buffer))])
  }

  #start(): Worker {
    // a thread that has ended is called -1
    const worker = spare === undefined || spare.threadId === -1 ? new Worker(source, { execArgv: [] }) : spare
    spare = undefined
    worker.on("message", this.#heard).on("error", this.#broke).on("messageerror", this.#broke)
    return worker.on("exit", this.#gone)
  }

  readonly #heard = (done: Done): void => this.#done(done)
  readonly #broke = (cause: unknown): void => this.#done({ code: "", problem: String(cause) })
  /** Without an error before it, nobody would answer for what is under way. */
  readonly #gone = (code: number): void => {
    this.#worker = undefined
    if (this.#file !== undefined)
      this.#done({ code: "", problem: `the thread that writes it ended with code ${code}` })
  }

  #done({ code, problem }: Done): void {
    const path = this.#file ?? ""
    if (problem !== "") this.#failure ??= StageFailure.of(new StorageFailed({ path, code, problem }))
    this.#file = undefined
    this.#worker?.unref()
    for (const resume of this.#waiting.splice(0)) resume()
  }
}
