// Documents in steps through any pipeline of parts.
import type { StepEncoder } from "../StepEncoder.ts"
import { TokenRun } from "../TokenRun.ts"
import type { Pipeline } from "./Pipeline.ts"

const utf8 = new TextEncoder()

export class PipelineEncoder implements StepEncoder {
  readonly #pipeline: Pipeline
  readonly #whole = new TokenRun()
  #bytes = new Uint8Array(1 << 12)
  #length = 0
  #given = 0
  #isEncoded = false

  constructor(pipeline: Pipeline) {
    this.#pipeline = pipeline
  }

  load(text: string): number {
    const bound = text.length < 1 << 20 ? 3 * text.length : Buffer.byteLength(text)
    if (bound > this.#bytes.length) this.#bytes = new Uint8Array(bound)
    this.#length = utf8.encodeInto(text, this.#bytes).written
    this.#isEncoded = false
    return this.#length
  }

  advance(run: TokenRun, limit: number): boolean {
    if (!this.#isEncoded) this.#encode()
    const whole = this.#whole
    const more = Math.min(whole.length - this.#given, Math.max(1, limit - run.length))
    run.reserve(more)
    run.ids.set(whole.ids.subarray(this.#given, this.#given + more), run.length)
    run.offsets.set(whole.offsets.subarray(this.#given, this.#given + more), run.length)
    run.length += more
    this.#given += more
    return this.#given === whole.length
  }

  #encode(): void {
    const whole = this.#whole
    whole.clear()
    this.#pipeline.encode(this.#bytes, this.#length, {
      ordinaryOnly: true,
      emit: (id, start) => whole.push(id, start)
    })
    this.#given = 0
    this.#isEncoded = true
  }
}
