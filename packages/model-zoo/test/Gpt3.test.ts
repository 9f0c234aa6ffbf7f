import { assert, describe, it } from "@effect/vitest"
import { input, parameterCount } from "@inkstone/graph"
import { Effect } from "effect"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll } from "vitest"
import * as Gpt2 from "../src/Gpt2.ts"
import * as Gpt3 from "../src/Gpt3.ts"
import * as HuggingFace from "../src/HuggingFace.ts"
import type { Attend } from "../src/Network.ts"

const folder = mkdtempSync(join(tmpdir(), "inkstone-gpt3-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const names = [
  "gpt3-125m",
  "gpt3-350m",
  "gpt3-760m",
  "gpt3-1.3b",
  "gpt3-2.7b",
  "gpt3-6.7b",
  "gpt3-13b",
  "gpt3-175b"
] as const
const units = { M: 1e6, B: 1e9 }
const rounded = (text: string) => Number.parseFloat(text) * (text.endsWith("M") ? units.M : units.B)

const tiny: Gpt3.Config = {
  vocabSize: 20,
  contextLength: 8,
  layers: 4,
  heads: 2,
  channels: 4,
  layerNormEpsilon: 1e-5,
  window: 3
}

describe("the sizes of GPT-3", () => {
  it("are the eight of the paper", () => {
    assert.deepStrictEqual(Object.keys(Gpt3.presets), [...names])
  })
  it.each(names)("%s has the parameters of the formula, and those of the paper within 2 %", (name) => {
    const config = { ...Gpt3.presets[name], vocabSize: Gpt2.publishedVocabSize }
    const { channels: C, contextLength, layers, vocabSize } = config
    // embeddings; a block: 4 C² + 4 C of attention, 8 C² + 5 C of the two products, 4 C of two norms; the last norm
    const exact = (vocabSize + contextLength) * C + layers * (12 * C ** 2 + 13 * C) + 2 * C
    assert.strictEqual(parameterCount(Gpt3.build(config)), exact)
    assert.approximately(exact / rounded(Gpt3.table[name].parameters), 1, 0.02)
    assert.strictEqual(contextLength, 2048)
  })
  it.each(names)(
    "%s has the layers and head channels of the paper, and heads that fill its width",
    (name) => {
      const [preset, printed] = [Gpt3.presets[name], Gpt3.table[name]]
      assert.strictEqual(preset.layers, printed.layers)
      assert.strictEqual(preset.channels / preset.heads, printed.headChannels)
      const mended = preset.heads !== printed.heads || preset.channels !== printed.channels
      assert.strictEqual(mended, printed.heads * printed.headChannels !== printed.channels)
    }
  )
})

describe("a window", () => {
  it("is asked for in every second layer, from the second on", () => {
    const asked: Array<number | undefined> = []
    const attend: Attend = (_, heads, options) => {
      asked.push(options?.window)
      return heads.values
    }
    Gpt3.build(tiny).hidden(input("tokens", "int32", ["B", "T"]), { precision: "float32", attend })
    assert.deepStrictEqual(asked, [undefined, 3, undefined, 3])
  })
  it.effect("is nothing that transformers could load", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(
        HuggingFace.save(folder, { family: "gpt3", architecture: tiny, arrays: new Map(), endOfTextId: 0 })
      )
      assert.strictEqual(error._tag, "ModelUnusable")
      assert.include(error.message, "gpt3: transformers has no GPT-2 whose layers see 3 places alone")
    })
  )
})
