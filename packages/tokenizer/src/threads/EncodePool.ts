// Encodes documents on threads, or with one thread where it is called.
import type { StepEncoder } from "../StepEncoder.ts"
import type { TextTokenizer } from "../TextTokenizer.ts"
import { TokenRun } from "../TokenRun.ts"
import { type EncodedTask, type EncodeTask, encodeTask } from "./EncodeTask.ts"
import { ThreadPool } from "./ThreadPool.ts"

export class EncodePool {
  readonly tokenizer: TextTokenizer
  /** for documents that are encoded here, in steps */
  readonly encoder: StepEncoder
  readonly run = new TokenRun()
  /** tasks to hand out before the first answer is waited for: no thread is ever without work, and little lies about */
  readonly ahead: number
  readonly #pool: ThreadPool<EncodeTask, EncodedTask> | undefined

  /** `json` is the text of the tokenizer's `tokenizer.json`, from which each thread makes its own. */
  constructor(tokenizer: TextTokenizer, json: string, threads: number) {
    this.tokenizer = tokenizer
    this.encoder = tokenizer.encoder()
    this.ahead = threads > 1 ? 2 * threads : 0
    this.#pool =
      threads > 1 ? new ThreadPool(new URL("EncodeWorker.ts", import.meta.url), json, threads) : undefined
  }

  /** What comes out depends on the task alone. */
  async encode(task: EncodeTask): Promise<EncodedTask> {
    return this.#pool === undefined
      ? encodeTask(task, this.encoder, this.run, this.tokenizer)
      : this.#pool.run(task)
  }

  async close(): Promise<void> {
    await this.#pool?.close()
  }
}
