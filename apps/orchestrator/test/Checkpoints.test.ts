// Folders as Hugging Face has them, asked from the command line.
import { type Family, HuggingFace, NamedArray, Zoo } from "@inkstone/model-zoo"
import { byteLevelBpe, byteVocabulary, toJson } from "@inkstone/tokenizer"
import { Effect } from "effect"
import { writeFile } from "node:fs/promises"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { inkstone, jsonLines, temporary } from "./inkstone.ts"

const minute = 60_000
const endOfText = "<|endoftext|>"

// rows of other bytes in the table of tokens are 0, so that letters are written
const isLetter = (byte: number) => byte >= 97 && byte < 123

/** A small network with numbers from nowhere, and bytes as its tokens. */
const write = async (
  folder: string,
  family: Exclude<Family.Family, Family.CountFamily>,
  given: {
    readonly architecture: Family.Architecture & { readonly channels: number }
    readonly specials: ReadonlyArray<string>
  }
) => {
  const bytes = byteVocabulary(endOfText)
  const specialTokens = new Map(given.specials.map((content, i) => [256 + i, content]))
  const pieces = Array.from(
    { length: 256 + given.specials.length },
    (_, id) => bytes.pieces[id] ?? new Uint8Array(0)
  )
  await Effect.runPromise(
    Effect.gen(function* () {
      const architecture = { ...given.architecture, vocabSize: pieces.length }
      const network = yield* family.network(architecture)
      const arrays = new Map(
        network.parameters.map(({ name, shape }) => {
          const length = NamedArray.sizeOf(shape)
          const table = length === architecture.vocabSize * architecture.channels
          const values = Float32Array.from({ length }, (_, at) =>
            table && !isLetter(Math.floor(at / architecture.channels)) ? 0 : Math.sin(at * at + name.length)
          )
          return [name, { ...NamedArray.of(name, "float32", values), shape }] as const
        })
      )
      yield* HuggingFace.save(folder, { family: family.name, architecture, arrays, endOfTextId: 256 })
    })
  )
  await writeFile(
    path.join(folder, "tokenizer.json"),
    toJson(byteLevelBpe({ ...bytes, pieces, specialTokens }))
  )
}

const nano = { layers: 1, heads: 2, channels: 16, contextLength: 64, layerNormEpsilon: 1e-5 }

describe("inkstone fill", () => {
  it("gives the likeliest tokens for each mask", { timeout: 2 * minute }, async () => {
    await using folder = await temporary()
    const shape = Zoo.zoo.bert.presets.find(({ name }) => name === "nano")?.architecture ?? {}
    const architecture = { ...shape, channels: 96 }
    await write(folder.path, Zoo.zoo.bert, { architecture, specials: [endOfText, "[MASK]"] })
    const filled = jsonLines(await inkstone(["fill", folder.path, "a [MASK] [MASK]", "--top", "3", "--json"]))
    const candidate = { text: expect.any(String), id: expect.any(Number), probability: expect.any(Number) }
    const filling = { type: "filling", candidates: [candidate, candidate, candidate] }
    expect(filled).toEqual([filling, filling])
    const none = await inkstone(["fill", folder.path, "nothing is hidden"])
    expect(none).toMatchObject({ code: 4, stderr: expect.stringContaining("no mask") })
  })
})

describe("inkstone generate with a folder", () => {
  it("goes on from several prompts at once as from each alone", { timeout: 3 * minute }, async () => {
    await using folder = await temporary()
    await write(folder.path, Zoo.zoo.gpt2, { architecture: nano, specials: [endOfText] })
    const generate = async (...words: ReadonlyArray<string>) => {
      const options = ["--temperature", "0", "--max-tokens", "9", "--json", ...words]
      const ended = await inkstone(["generate", folder.path, ...options])
      expect(ended.stderr).toBe("")
      return jsonLines(ended)
    }
    const both = await generate("-p", "ab", "-p", "The mill")
    expect(both).toMatchObject([{ prompt: "ab" }, { prompt: "The mill" }])
    expect(await generate("-p", "The mill")).toEqual(both.slice(1))
    const text = String(both[0]?.["text"])
    const stop = text.slice(2, 4)
    const short = await generate("-p", "ab", "--stop", stop)
    expect(short).toMatchObject([{ text: text.slice(0, text.indexOf(stop)) }])
    const beams = await generate("-p", "ab", "--beams", "3", "--weights", "int8")
    expect(beams).toMatchObject([{ type: "text", prompt: "ab", text: expect.any(String) }])
  })

  it("says what is wrong with a folder, and which command is meant", { timeout: 2 * minute }, async () => {
    await using folder = await temporary()
    await write(folder.path, Zoo.zoo.gpt2, { architecture: nano, specials: [endOfText] })
    const fill = await inkstone(["fill", folder.path, "a [MASK]"])
    expect(fill).toMatchObject({ code: 2, stderr: expect.stringContaining("Try inkstone generate") })
    await writeFile(path.join(folder.path, "tokenizer.json"), "{}")
    const broken = await inkstone(["generate", folder.path])
    expect(broken).toMatchObject({ code: 3, stderr: expect.stringContaining("tokenizer.json") })
  })
})
