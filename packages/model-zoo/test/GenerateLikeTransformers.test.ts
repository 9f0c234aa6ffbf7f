import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { fileURLToPath } from "node:url"
import { join } from "node:path"
import * as Beam from "../src/Beam.ts"
import * as Generate from "../src/Generate.ts"
import * as LanguageModel from "../src/LanguageModel.ts"
import * as golden from "./golden.ts"

const Ids = Schema.Array(Schema.Array(Schema.Int))
const Written = Schema.fromJsonString(
  Schema.Struct({
    prompts: Ids,
    cases: Schema.Array(
      Schema.Struct({
        eos: Schema.Int,
        max_new_tokens: Schema.Int,
        num_beams: Schema.optionalKey(Schema.Int),
        length_penalty: Schema.optionalKey(Schema.Finite),
        early_stopping: Schema.optionalKey(Schema.Union([Schema.Boolean, Schema.Literal("never")])),
        repetition_penalty: Schema.optionalKey(Schema.Finite),
        written: Ids
      })
    )
  })
)
const decode = Schema.decodeSync(Written)
const path = (name: string) => fileURLToPath(new URL(`golden/${name}`, import.meta.url))

const python = process.env["INKSTONE_PEERS_PYTHON"] ?? join(homedir(), ".cache/inkstone/peers/bin/python")

/** Every case of a file, written by us; the rows are of different lengths. */
const compare = Effect.fnUntraced(function* ({ cases, prompts }: typeof Written.Type) {
  const opening = yield* golden.checkpoint
  const model = yield* LanguageModel.open("gpt2", opening)
  for (const { eos, max_new_tokens: maxTokens, written, ...options } of cases) {
    const { early_stopping, length_penalty, num_beams, repetition_penalty } = options
    const search = {
      beams: num_beams ?? 1,
      lengthPenalty: length_penalty ?? Beam.defaults.lengthPenalty,
      earlyStopping: early_stopping ?? Beam.defaults.earlyStopping
    }
    const ours = yield* Generate.generate({ ...model, endOfTextId: eos }, prompts, {
      maxTokens,
      seed: 1,
      sampler: { temperature: 0, topK: 0, topP: 1, repetitionPenalty: repetition_penalty ?? 1 },
      ...(num_beams === undefined ? {} : { search })
    })
    assert.deepStrictEqual(ours, written, JSON.stringify({ eos, ...options }))
  }
})

describe("generation beside transformers", () => {
  const committed = decode(readFileSync(path("generate.json"), "utf8"))

  it.effect("writes its tokens, greedily and with beams, from prompts of different lengths", () =>
    compare(committed)
  )

  it("the committed texts tell the settings apart, and some end early", () => {
    assert.strictEqual(committed.cases.length, 45)
    const texts = new Set(committed.cases.map(({ written }) => JSON.stringify(written)))
    assert.isAbove(texts.size, 15)
    assert.isTrue(
      committed.cases.some(({ written }) => written.some(({ length }) => length > 0 && length < 20))
    )
  })

  describe.skipIf(!existsSync(python))("live (needs the Python peers)", () => {
    it("the committed texts are what it writes now", () => {
      const now = execFileSync(python, [path("make_generate.py")], {
        encoding: "utf8",
        stdio: ["ignore", "pipe", "ignore"]
      })
      assert.deepStrictEqual(decode(now), committed)
    }, 120_000)
  })
})
