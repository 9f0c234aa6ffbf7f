// The first pass over a file: what its bytes look like, whatever they mean. Nothing of the file is kept but two samples.
import { isAscii } from "node:buffer"

export interface Survey {
  readonly bytes: number
  /** C0 control bytes that no text has (all but tab, line ends, form feed and escape), as a share of all bytes */
  readonly controlRatio: number
  readonly utf8: boolean
  /** the first 64 KiB */
  readonly head: Uint8Array
  /** 64 KiB from the first byte above 0x7F, which begins a character in every encoding that keeps ASCII */
  readonly sample: Uint8Array
}

const sampleBytes = 2 ** 16

const suspicious = new Uint8Array(256).fill(1, 0, 32)
for (const allowed of [9, 10, 11, 12, 13, 27]) suspicious[allowed] = 0

export const survey = async (chunks: AsyncIterable<Uint8Array>): Promise<Survey> => {
  let bytes = 0
  let controls = 0
  const heads: Array<Uint8Array> = []
  let sample = new Uint8Array()
  let sampled = 0
  const utf8 = new Utf8Check()
  for await (const chunk of chunks) {
    if (bytes < sampleBytes) heads.push(chunk.slice(0, sampleBytes - bytes))
    controls += countControls(chunk)
    const high = sampled > 0 ? 0 : firstHigh(chunk)
    if (high >= 0 && sampled < sampleBytes) {
      if (sampled === 0) sample = new Uint8Array(sampleBytes)
      const part = chunk.subarray(high, high + sampleBytes - sampled)
      sample.set(part, sampled)
      sampled += part.length
    }
    utf8.push(chunk)
    bytes += chunk.length
  }
  return {
    bytes,
    controlRatio: bytes === 0 ? 0 : controls / bytes,
    utf8: utf8.end(),
    head: Buffer.concat(heads),
    sample: sample.subarray(0, sampled)
  }
}

// Apart from the loop over chunks, because V8 optimises no loop inside an async function well.
const countControls = (chunk: Uint8Array): number => {
  let controls = 0
  for (let i = 0; i < chunk.length; i++) controls += suspicious[chunk[i] ?? 0] ?? 0
  return controls
}
const firstHigh = (chunk: Uint8Array): number =>
  isAscii(chunk) ? -1 : chunk.findIndex((byte) => byte > 0x7f)

class Utf8Check {
  readonly #decoder = new TextDecoder("utf-8", { fatal: true })
  #valid = true

  push(chunk: Uint8Array): void {
    if (this.#valid) this.#try(() => this.#decoder.decode(chunk, { stream: true }))
  }
  end(): boolean {
    if (this.#valid) this.#try(() => this.#decoder.decode())
    return this.#valid
  }
  #try(decode: () => string): void {
    try {
      decode()
    } catch {
      this.#valid = false
    }
  }
}
