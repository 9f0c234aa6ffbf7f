import { assert, describe, it } from "@effect/vitest"
import { Store, Tokenizer, Trace } from "@inkstone/artifact"
import { StageRunner } from "@inkstone/stage"
import { Effect, References } from "effect"
import * as path from "node:path"
import { pretrain } from "../src/stages/Pretrain.ts"
import { storeIn, tokens } from "./artifacts.ts"
import { temporaryFolder } from "./peers.ts"
import { tiny } from "./pretraining.ts"

/** A tokenizer whose ids are small letters, then capital ones. */
const letters = Effect.gen(function* () {
  const store = yield* Store
  const draft = yield* store.draft(Tokenizer)
  const piece = Array.from({ length: 40 }, (_, id) => Buffer.from([(id < 26 ? 97 : 65 - 26) + id]))
  yield* draft.append("files", { name: ["tokenizer.json"], content: ["{}"] })
  yield* draft.append("pieces", { id: Uint32Array.from(piece.keys()), piece })
  yield* draft.describe({ type: "byte", vocabSize: 40, endOfTextId: 39, trainedOnBytes: 1 })
  return yield* store.seal(draft)
}).pipe(Effect.scoped)

const samples = { count: 2, promptTokens: 5, maxTokens: 8, every: 4, temperature: 0 }

const ref = (kind: string, digest: string) => [{ label: kind, ref: { kind, digest } }]

const run = (workspace: string, more: { readonly tokenizer?: boolean; readonly dieAt?: number } = {}) =>
  Effect.gen(function* () {
    const [train, validation] = [yield* tokens("train", 40), yield* tokens("validation", 6)]
    const tokenizer = yield* letters
    const given = more.tokenizer === false ? [] : ref("tokenizer", tokenizer.digest)
    const refs = yield* StageRunner.run({
      stage: pretrain,
      config: { ...tiny, steps: 10, checkpointEvery: 3, samples },
      inputs: {
        train: ref("tokens", train.digest),
        validation: ref("tokens", validation.digest),
        model: [],
        tokenizer: given
      },
      seed: 7,
      files: [],
      workspace,
      report: ({ done }) => (done === more.dieAt ? Effect.die(new Error("power cut")) : Effect.void)
    })
    return yield* (yield* Store).open(Trace, refs["trace"]?.digest ?? "")
  }).pipe(Effect.provideService(References.MinimumLogLevel, "None"))

describe("samples", () => {
  it.live(
    "are written at their steps from the same beginnings, and are part of what repeats",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        yield* Effect.gen(function* () {
          const trace = yield* run(path.join(folder, "whole"))
          const { prompt, step, text } = yield* trace.read("samples")
          assert.deepStrictEqual([...step], [4, 4, 8, 8])
          const { id } = yield* (yield* tokens("validation", 6)).read("ids")
          const begins = Array.from(id.subarray(0, 5), (one) =>
            String.fromCharCode((one < 26 ? 97 : 39) + one)
          )
          assert.strictEqual(prompt[0], begins.join(""))
          assert.deepStrictEqual(prompt.slice(0, 2), prompt.slice(2))
          // end-of-text, the last letter, is never shown
          for (const written of text) assert.match(written, /^[a-zA-M]{0,8}$/)
          yield* Effect.exit(run(path.join(folder, "cut"), { dieAt: 7 }))
          assert.strictEqual((yield* run(path.join(folder, "cut"))).digest, trace.digest)
        }).pipe(Effect.provide(storeIn(folder)))
      }),
    60_000
  )

  it.live("are refused without a tokenizer before anything is trained", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const failure = yield* Effect.flip(run(folder, { tokenizer: false })).pipe(
        Effect.provide(storeIn(folder))
      )
      assert.include(failure.message, "Wire the port tokenizer")
    })
  )
})
