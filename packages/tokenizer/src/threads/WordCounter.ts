// Counts the words of documents on threads, or with one thread where it is called. The documents are always counted in the
// same portions, and these are taken in order, so that what is learned from them does not depend on the number of threads.
import type { CountedWords } from "../internal/WordCounts.ts"
import { type CountSettings, type CountTask, countTask } from "./CountTask.ts"
import { ThreadPool } from "./ThreadPool.ts"

/** UTF-16 units of text that are counted at once. */
const taskUnits = 2 ** 20

/** With less text, threads take longer to start, and more memory, than they save. */
export const bytesWorthThreads = 2 ** 25

export class WordCounter {
  readonly #settings: CountSettings
  readonly #take: (words: CountedWords) => void
  readonly #pool: ThreadPool<CountTask, CountedWords> | undefined
  readonly #ahead: number
  readonly #handed: Array<Promise<CountedWords>> = []
  #texts: Array<string> = []
  #units = 0

  /** `take` is given the words of one portion after another. */
  constructor(settings: CountSettings, threads: number, take: (words: CountedWords) => void) {
    this.#settings = settings
    this.#take = take
    this.#ahead = threads > 1 ? 2 * threads : 0
    this.#pool =
      threads > 1 ? new ThreadPool(new URL("CountWorker.ts", import.meta.url), settings, threads) : undefined
  }

  /** Resolves when there is room for more. Rejects with what a thread died of. */
  async add(text: string): Promise<void> {
    this.#texts.push(text)
    this.#units += text.length
    if (this.#units < taskUnits) return
    this.#handOut()
    await this.#settle(this.#ahead)
  }

  /** Resolves when all is counted and taken. */
  async finish(): Promise<void> {
    this.#handOut()
    await this.#settle(0)
  }

  async close(): Promise<void> {
    await this.#pool?.close()
  }

  #handOut(): void {
    const task = { texts: this.#texts }
    this.#texts = []
    this.#units = 0
    if (this.#pool === undefined) this.#take(countTask(task, this.#settings))
    else this.#handed.push(this.#pool.run(task))
  }

  async #settle(left: number): Promise<void> {
    while (this.#handed.length > left) this.#take(await this.#handed.shift()!)
  }
}
