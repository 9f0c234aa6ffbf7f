import { assert, describe, it } from "@effect/vitest"
import { Memory } from "@inkstone/tensorflow"
import { Effect, Schema, Stream } from "effect"
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import * as HuggingFace from "../src/HuggingFace.ts"
import * as TextToText from "../src/TextToText.ts"
import { assertNear, folderOf } from "./encoders.ts"

const python = process.env["INKSTONE_PEERS_PYTHON"] ?? join(homedir(), ".cache/inkstone/peers/bin/python")
const noPeers = existsSync(python) ? "" : ` (skipped: no Python at ${python})`

const Ids = Schema.Array(Schema.Int)
const Peer = Schema.Struct({
  checkpoint: Schema.String,
  name: Schema.String,
  settings: Schema.Struct({
    num_beams: Schema.Int,
    length_penalty: Schema.optionalKey(Schema.Finite),
    early_stopping: Schema.optionalKey(Schema.Boolean)
  }),
  maxTokens: Schema.Int,
  end: Schema.Int,
  sources: Schema.Array(Ids),
  answers: Schema.Array(Schema.Array(Ids))
})
const read = (file: string) =>
  Schema.decodeSync(Schema.fromJsonString(Schema.Array(Peer)))(readFileSync(file, "utf8"))
const expected = folderOf("t5-texts.json")

const greedy = { temperature: 0, topK: 0, topP: 1 }
const open = (checkpoint: string, end?: number) =>
  Effect.gen(function* () {
    const opening = yield* HuggingFace.load(folderOf(checkpoint))
    return yield* TextToText.open(opening.family, {
      ...opening,
      ...(end === undefined ? {} : { endOfTextId: end })
    })
  })

const sources = [
  [7, 80, 12, 33, 41, 9, 60],
  [5, 6],
  [90, 17, 17, 20]
]
const targets = [
  [30, 31, 32, 33, 34, 35, 36, 37, 38, 39, 40, 41, 42, 43, 44, 45, 46, 47, 48, 49],
  [9],
  [8, 7, 6, 5, 8]
]
/** Nats of a token of each row from logits [B, V]. */
const natsOf = (logits: Float32Array, ids: Int32Array) => {
  const V = logits.length / ids.length
  return Array.from(ids, (id, row) => {
    const scores = logits.subarray(row * V, (row + 1) * V)
    return Math.log(scores.reduce((sum, score) => sum + Math.exp(score), 0)) - (scores[id] ?? Number.NaN)
  })
}

describe("texts from texts", () => {
  for (const [checkpoint, peers] of Map.groupBy(read(expected), ({ checkpoint }) => checkpoint))
    it.effect(`are those of transformers, token by token, greedy and with beams: ${checkpoint}`, () =>
      Effect.gen(function* () {
        const model = yield* open(checkpoint, peers[0]?.end)
        for (const { answers, maxTokens, name, settings, sources } of peers) {
          const {
            early_stopping: earlyStopping = false,
            length_penalty: lengthPenalty = 1,
            num_beams: beams
          } = settings
          const written = yield* TextToText.generate(model, sources, {
            maxTokens,
            seed: 1,
            sampler: greedy,
            ...(beams === 1 ? {} : { search: { beams, lengthPenalty, earlyStopping } })
          })
          const best = answers.map(([first = []]) => first)
          assert.deepStrictEqual(written, best, name)
        }
        assert.strictEqual(peers.length, 4)
      })
    )

  it.effect("cost, token by token with the cache, what they cost when all is read at once", () =>
    Effect.gen(function* () {
      const model = yield* open("t5-v1_1")
      const [target = []] = targets
      const nats = yield* model.nats(
        sources,
        sources.map(() => target)
      )
      const decoder = yield* model.answers(sources).decoder(3)
      let logits = yield* decoder.prefill(sources.map(() => [model.startId]))
      for (const [at, id] of target.entries()) {
        const ids = Int32Array.of(id, id, id)
        assertNear(
          natsOf(logits, ids),
          nats.map((row) => row[at] ?? Number.NaN),
          1e-5,
          `token ${at}`
        )
        logits = yield* decoder.decode(ids)
      }
    })
  )

  it.effect("cost the same alone and beside texts of other lengths", () =>
    Effect.gen(function* () {
      const model = yield* open("t5-gated")
      const together = yield* model.nats(sources, targets)
      for (const [row, source] of sources.entries()) {
        const [alone] = yield* model.nats([source], targets.slice(row, row + 1))
        assert.strictEqual(alone?.length, targets[row]?.length)
        assertNear(together[row], alone ?? [], 2e-5, `row ${row}`)
      }
    })
  )

  it.effect("go on in other rows, with the source that is theirs", () =>
    Effect.gen(function* () {
      const model = yield* open("t5-v1_1")
      const [one = [], two = []] = sources
      const decoder = yield* model.answers([one, two]).decoder(4)
      yield* decoder.prefill([[0], [0, 9], [0, 8, 7], [0]])
      yield* decoder.decode(Int32Array.of(20, 21, 22, 23))
      yield* decoder.reorder(Int32Array.of(1, 0, 3, 3)) // within a source
      yield* decoder.decode(Int32Array.of(30, 31, 32, 33))
      yield* decoder.reorder(Int32Array.of(2, 1, 0)) // across sources, and one row less
      const logits = yield* decoder.decode(Int32Array.of(40, 41, 42))
      const alone = yield* model.answers([two, one, one]).decoder(3)
      const expected = yield* alone.prefill([
        [0, 23, 32, 40],
        [0, 20, 31, 41],
        [0, 9, 21, 30, 42]
      ])
      assertNear(logits, expected, 2e-5, "logits")
      const again = yield* decoder
        .prefill([[0], [0], [0], [0]])
        .pipe(Effect.andThen(decoder.decode(Int32Array.of(5, 5, 5, 5))))
      const fresh = yield* model.answers([one, one, two, two]).decoder(4)
      assertNear(
        again,
        yield* fresh.prefill([
          [0, 5],
          [0, 5],
          [0, 5],
          [0, 5]
        ]),
        2e-5,
        "begun again"
      )
    })
  )

  it.effect("are drawn the same with the same seed, as they are streamed", () =>
    Effect.gen(function* () {
      const model = yield* open("t5")
      const options = { maxTokens: 20, seed: 5, sampler: { ...greedy, temperature: 1.5 } }
      const first = yield* TextToText.generate(model, sources, options)
      const streamed = yield* Stream.runCollect(TextToText.stream(model, sources, options))
      for (const [row, ids] of first.entries())
        assert.deepStrictEqual(
          streamed.filter((token) => token.row === row).map((token) => token.id),
          ids
        )
      assert.notDeepEqual(yield* TextToText.generate(model, sources, { ...options, seed: 6 }), first)
      assert.deepStrictEqual(yield* TextToText.generate(model, [], options), [])
    })
  )

  it.effect("are refused where they cannot be", () =>
    Effect.gen(function* () {
      const model = yield* open("t5")
      const opening = yield* HuggingFace.load(folderOf("t5"))
      const refused = (name: string) =>
        Effect.map(Effect.flip(TextToText.open(name, opening)), ({ message }) => message)
      assert.include(yield* refused("gpt2"), "GPT-2 does not turn texts into texts")
      assert.include(yield* refused("t6"), "not a known family")
      assert.include((yield* Effect.flip(model.nats(sources, []))).message, "3 sources for 0 targets")
      const decoder = yield* model.answers(sources).decoder(4)
      assert.include(
        (yield* Effect.flip(decoder.prefill([[0], [0], [0], [0]]))).message,
        "4 rows of 3 sources"
      )
      assert.include((yield* Effect.flip(decoder.decode(Int32Array.of(1)))).message, "another text was begun")
    })
  )

  it.effect("give their memory back", () =>
    Effect.gen(function* () {
      const use = Effect.scoped(
        Effect.gen(function* () {
          const model = yield* open("t5")
          yield* TextToText.generate(model, sources, { maxTokens: 3, seed: 1, sampler: greedy })
        })
      )
      yield* use
      const { sessions, tensors } = Memory.counters()
      yield* use
      assert.deepInclude(Memory.counters(), { sessions, tensors })
    })
  )

  describe.skipIf(noPeers !== "")(`beside transformers${noPeers}`, () => {
    it("are what it writes today", () => {
      const folder = mkdtempSync(join(tmpdir(), "inkstone-texts-"))
      const file = join(folder, "texts.json")
      execFileSync(python, [folderOf("make_t5_texts.py"), file], { stdio: ["ignore", "ignore", "pipe"] })
      assert.deepStrictEqual(read(file), read(expected))
      rmSync(folder, { recursive: true })
    })
  })
})
