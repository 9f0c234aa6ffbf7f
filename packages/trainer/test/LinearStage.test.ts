// The linear baseline as a stage: classes that words give away are learned, the model opens, and what is wired wrong is refused.
import { assert, describe, it } from "@effect/vitest"
import { type Artifact, Pairs, Store, Trace, Weights } from "@inkstone/artifact"
import { LinearModel, NamedArray } from "@inkstone/model-zoo"
import { Effect } from "effect"
import { linear } from "../src/LinearStage.ts"
import { storeIn } from "./artifacts.ts"
import { temporaryFolder } from "./peers.ts"

/** Texts of eight tokens below 20; one of class 1 has a 7 in it, one of class 0 has none. */
const pairs = Effect.fnUntraced(function* (
  split: string,
  count: number,
  {
    names = ["ham", "spam"],
    task = "classification" as const
  }: { names?: ReadonlyArray<string>; task?: "classification" | "text-to-text" } = {}
) {
  const store = yield* Store
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const draft = yield* store.draft(Pairs)
      const salt = split === "train" ? 3 : 5
      const texts = Array.from({ length: count }, (_, row) =>
        Array.from({ length: 8 }, (_, at) =>
          row % 2 === 1 && at === row % 8 ? 7 : 8 + (((row >> 1) * salt + at * at * 5) % 12)
        )
      )
      yield* draft.append("inputs", {
        id: Uint16Array.from(texts.flat()),
        segment: new Uint8Array(8 * count)
      })
      const none = new Int32Array(count).fill(-1)
      yield* draft.append("pairs", {
        id: texts.map((_, row) => `${split}-${row}`),
        source: texts.map(() => "made up"),
        input: Uint32Array.from(texts, (_, row) => 8 * row),
        inputTokens: new Uint32Array(count).fill(8),
        target: new Uint32Array(count),
        targetTokens: new Uint32Array(count),
        label: Int32Array.from(texts, (_, row) => row % 2),
        answerStart: none,
        answerEnd: none,
        value: new Float64Array(count)
      })
      yield* draft.append("labels", { name: names })
      yield* draft.describe({
        task,
        split,
        examples: count,
        rows: count,
        inputTokens: 8 * count,
        targetTokens: 0,
        inputLength: 8,
        targetLength: 8,
        targetBytes: 0,
        vocabSize: 20,
        endOfTextId: 19,
        padId: 19,
        tokenizer: "7".repeat(64)
      })
      return yield* store.seal(draft)
    })
  )
})

type Ready = Artifact<typeof Pairs>
const learn = (config: Partial<typeof linear.config.Type>, train: Ready, validation?: Ready) =>
  Effect.gen(function* () {
    const store = yield* Store
    const outputs = { model: yield* store.draft(Weights), trace: yield* store.draft(Trace) }
    const run = { outputs, seed: 1, files: [], workspace: "", report: () => Effect.void }
    const whole = {
      order: 2,
      minTexts: 1,
      maxFeatures: 1000,
      sublinear: true,
      strengths: [1, 100] as const,
      ...config
    }
    const held = validation === undefined ? [] : [{ label: "validation", artifact: validation }]
    yield* linear.run(whole, { train, validation: held }, run)
    return { model: yield* store.seal(outputs.model), trace: yield* store.seal(outputs.trace) }
  }).pipe(Effect.scoped)

const stored = <A, E>(body: Effect.Effect<A, E, Store>) =>
  Effect.flatMap(temporaryFolder, (folder) => body.pipe(Effect.provide(storeIn(folder))))

describe("@inkstone/trainer#linear", () => {
  it.live("learns a word that gives the class away, and is opened by the zoo", () =>
    stored(
      Effect.gen(function* () {
        const [train, held] = [yield* pairs("train", 60), yield* pairs("validation", 20)]
        const { model, trace } = yield* learn({ order: 1 }, train, held)
        const { architecture, family, training, vocabSize } = model.attributes
        assert.strictEqual(family, "linear")
        assert.deepStrictEqual(training["labels"], ["ham", "spam"])
        assert.strictEqual(training["strength"], 100)
        const opened = yield* LinearModel.open({
          architecture,
          vocabSize,
          arrays: yield* NamedArray.read(model)
        })
        const { id } = yield* held.read("inputs")
        const logits = yield* opened.answer({ B: 20, T: 8, tokens: Int32Array.from(id) })
        const said = Array.from({ length: 20 }, (_, row) => Number(logits[2 * row + 1]! > logits[2 * row]!))
        assert.deepStrictEqual(
          said,
          Array.from({ length: 20 }, (_, row) => row % 2)
        )
        assert.isBelow(trace.attributes.bestLossNats, 0.2)
        assert.deepStrictEqual((yield* trace.read("cost")).name, ["train_ms", "peak_rss_bytes"])
      })
    )
  )

  it.live("gives the same weights twice, and with order 0 the share of each class", () =>
    stored(
      Effect.gen(function* () {
        const train = yield* pairs("train", 21)
        const strengths = [1] as const
        const [one, two] = [yield* learn({ strengths }, train), yield* learn({ strengths }, train)]
        assert.strictEqual(one.model.digest, two.model.digest)
        const majority = yield* learn({ order: 0, strengths }, train)
        assert.strictEqual(majority.model.attributes.preset, "majority")
        assert.strictEqual(majority.model.attributes.parameters, 2)
        const shares = -(11 * Math.log(11 / 21) + 10 * Math.log(10 / 21)) / 21
        assert.closeTo(majority.trace.attributes.bestLossNats, shares, 1e-9)
      })
    )
  )

  it.live("refuses another task, other classes, no texts, and strengths without anything to choose by", () =>
    stored(
      Effect.gen(function* () {
        const train = yield* pairs("train", 10)
        const fact = (result: ReturnType<typeof learn>) =>
          Effect.map(Effect.flip(result), (error) => error._tag === "StageFailure" && error.fact)
        const other = yield* pairs("validation", 10, { names: ["spam", "ham"] })
        assert.strictEqual(yield* fact(learn({}, train)), "NothingToChooseBy")
        assert.strictEqual(yield* fact(learn({}, train, other)), "OtherClasses")
        assert.strictEqual(yield* fact(learn({ strengths: [1] }, yield* pairs("train", 0))), "EmptySplit")
        const texts = yield* pairs("train", 10, { task: "text-to-text" })
        assert.strictEqual(yield* fact(learn({ strengths: [1] }, texts)), "WrongTask")
      })
    )
  )
})
