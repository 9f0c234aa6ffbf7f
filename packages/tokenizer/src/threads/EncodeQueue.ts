// Documents on their way to threads and back, in their order: collected into tasks of equal size, whatever the number of
// threads, and written as their turn comes. What is under way is bounded.
import { Effect } from "effect"
import { encodingFailed } from "../internal/Failures.ts"
import type { Origin, TokenWriter } from "../internal/TokenWriter.ts"
import type { EncodePool } from "./EncodePool.ts"
import type { EncodedTask } from "./EncodeTask.ts"

/** UTF-16 units of text that are encoded, and written as a record batch, at once. */
const taskUnits = 2 ** 20
/** Longer documents are encoded in steps of `stepTokens`, so that no more than those are in memory. */
const longUnits = 2 ** 21
const stepTokens = 2 ** 20

interface Handed {
  readonly encoded: Promise<EncodedTask>
  readonly origins: ReadonlyArray<Origin>
  /** bytes read up to the last of them */
  readonly read: number
}

export class EncodeQueue {
  readonly #pool: EncodePool
  readonly #writer: TokenWriter
  readonly #report: (read: number) => Effect.Effect<void>
  readonly #handed: Array<Handed> = []
  #texts: Array<string> = []
  #origins: Array<Origin> = []
  #units = 0

  /** `report` is told how far the documents that are written go. */
  constructor(pool: EncodePool, writer: TokenWriter, report: (read: number) => Effect.Effect<void>) {
    this.#pool = pool
    this.#writer = writer
    this.#report = report
  }

  /** Takes a document; `read` are the bytes up to its end. */
  readonly add = Effect.fnUntraced({ self: this }, function* (text: string, origin: Origin, read: number) {
    if (text.length >= longUnits) {
      yield* this.finish(read)
      yield* this.#encodeLong(text, origin, read)
      return
    }
    this.#texts.push(text)
    this.#origins.push(origin)
    this.#units += text.length
    if (this.#units >= taskUnits) yield* this.#handOut(read)
  })

  /** Waits until all is written. */
  readonly finish = Effect.fnUntraced({ self: this }, function* (read: number) {
    if (this.#texts.length > 0) yield* this.#handOut(read)
    yield* this.#settle(0)
  })

  readonly #handOut = Effect.fnUntraced({ self: this }, function* (read: number) {
    const encoded = this.#pool.encode({ texts: this.#texts })
    // should another one fail first, nobody waits for this one
    encoded.catch(() => {})
    this.#handed.push({ encoded, origins: this.#origins, read })
    this.#texts = []
    this.#origins = []
    this.#units = 0
    yield* this.#settle(this.#pool.ahead)
  })

  /** Writes what was handed out first until no more than `left` tasks are under way. */
  readonly #settle = Effect.fnUntraced({ self: this }, function* (left: number) {
    while (this.#handed.length > left) {
      const { encoded, origins, read } = this.#handed.shift()!
      const task = yield* Effect.tryPromise({ try: () => encoded, catch: encodingFailed })
      yield* this.#writer.write(task, origins)
      yield* this.#report(read)
    }
  })

  readonly #encodeLong = Effect.fnUntraced(
    { self: this },
    function* (text: string, origin: Origin, read: number) {
      const { encoder, run, tokenizer } = this.#pool
      run.clear()
      const bytes = encoder.load(text)
      let tokens = 0
      for (let isFinished = false; !isFinished;) {
        isFinished = encoder.advance(run, stepTokens)
        if (isFinished) run.push(tokenizer.endOfTextId, bytes)
        tokens += run.length
        yield* this.#writer.writePart(run)
        run.clear()
        yield* this.#report(read)
      }
      yield* this.#writer.writeOrigin(origin, tokens, bytes)
    }
  )
}
