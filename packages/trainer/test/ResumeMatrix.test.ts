// Every family, optimizer and schedule: N steps against K and N - K through a real checkpoint file, compared by digest.
import { assert, describe, it } from "@effect/vitest"
import { causal, maskedLanguage, textToText } from "@inkstone/model-zoo"
import { Effect, Exit, References, Result } from "effect"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"
import * as CheckpointDigests from "../src/CheckpointDigests.ts"
import type { Batch } from "../src/Feed.ts"
import * as MaskedWindows from "../src/feeds/MaskedWindows.ts"
import * as SpanWindows from "../src/feeds/SpanWindows.ts"
import * as TokenWindows from "../src/feeds/TokenWindows.ts"
import * as GraphLearner from "../src/GraphLearner.ts"
import type { Learner } from "../src/Learner.ts"
import * as Loop from "../src/Loop.ts"
import { architectureOf, familyOf, networkOf } from "../src/NetworkConfig.ts"
import { optimizerOf } from "../src/OptimizerConfig.ts"
import { scheduleOf } from "../src/ScheduleConfig.ts"
import { maskedRun, run as tokens, spanRun, vocabSize } from "./feeds/sources.ts"
import { planIn } from "./plans.ts"

const families = {
  gpt2: "causal",
  gpt3: "causal",
  llama: "causal",
  bert: "encoder",
  roberta: "encoder",
  distilbert: "encoder",
  t5: "encoder-decoder"
} as const
type Family = keyof typeof families

const optimizers = {
  adamw: "adamw",
  adafactor: "adafactor",
  lion: "lion",
  sgd: "sgd",
  "adamw, averaged": "adamw"
} as const

const schedules = [
  "warmup-cosine",
  "warmup-linear",
  "constant",
  "constant_with_warmup",
  "linear",
  "cosine",
  "cosine_with_min_lr",
  "cosine_with_restarts",
  "polynomial",
  "inverse_sqrt",
  "warmup_stable_decay",
  "reduce_lr_on_plateau"
] as const

const [N, K] = [4, 2] as const
const contextLength = 8
const sampling = { batchSize: 2, seed: 11 }
const [text, held] = [tokens(600), tokens(80, 2)]

/** The objective of a tiny network, and data for it. */
const taskOf = (family: Family) => {
  const kind = families[family]
  const sizes = { layers: 1, heads: 2, channels: 8 }
  const preset = familyOf({ family }, kind).presets[0]?.name ?? ""
  const architecture = architectureOf({ family, preset, architecture: sizes, contextLength }, kind, {
    vocabSize,
    ...(kind === "encoder" ? { head: "masked-language", innerChannels: 16 } : {}),
    ...(kind === "encoder-decoder" ? { decoderLayers: 1, headChannels: 4, innerChannels: 16 } : {})
  })
  const network = Result.getOrThrow(networkOf(familyOf({ family }, kind), architecture))
  if ("decode" in network)
    return {
      objective: textToText(network),
      train: SpanWindows.train(spanRun(text, "spans"), sampling),
      validation: SpanWindows.evaluate(spanRun(held, "spans"), 40)
    }
  if ("heads" in network)
    return {
      objective: maskedLanguage(network),
      train: MaskedWindows.train(maskedRun(text, contextLength), sampling),
      validation: MaskedWindows.evaluate(maskedRun(held, contextLength), 32)
    }
  return {
    objective: causal(network),
    train: TokenWindows.train({ ids: text, contextLength }, sampling),
    validation: TokenWindows.evaluate({ ids: held, contextLength }, 32)
  }
}

const entered = (batch: Batch): string => {
  const hash = createHash("sha256")
  for (const [name, { shape, values }] of Object.entries(batch.inputs))
    hash.update(JSON.stringify([name, shape])).update(values)
  return hash.digest("hex")
}

/** Writes down what each step was given, by digest; dies at one step, if told to. */
const watched = (learner: Learner, diesAt = Infinity) => {
  const ledger = new Map<number, string>()
  const watching: Learner = {
    ...learner,
    train: (window, options) => {
      if (options.step === diesAt) return Effect.die(new Error("power cut"))
      ledger.set(options.step, window.map(entered).join())
      return learner.train(window, options)
    }
  }
  return { ledger, watching }
}

// files are synced to disk, which in memory costs nothing
const place = fs.existsSync("/dev/shm") ? "/dev/shm" : os.tmpdir()
const folder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(place, "inkstone-matrix-"))),
  (made) => Effect.sync(() => fs.rmSync(made, { recursive: true, force: true }))
)

const train = (learner: Learner, plan: Loop.Plan) =>
  Effect.scoped(Loop.train(learner, plan)).pipe(Effect.provideService(References.MinimumLogLevel, "None"))

/** What a training ended with: what it handed over, and all that its last checkpoint holds. */
const ended = Effect.fnUntraced(function* (learner: Learner, plan: Loop.Plan, workspace: string) {
  const { weights } = yield* train(learner, plan)
  const last = yield* CheckpointDigests.ofWorkspace(workspace)
  return { handedOver: CheckpointDigests.ofArrays(weights.values()), ...last }
})

let combinations = 0

const compare = Effect.fnUntraced(function* (family: Family, optimizer: keyof typeof optimizers) {
  const { objective, ...data } = taskOf(family)
  const { learner } = yield* GraphLearner.open(
    objective,
    {
      optimizer: optimizerOf(optimizers[optimizer], {
        beta1: 0.9,
        beta2: 0.95,
        epsilon: 1e-8,
        weightDecay: 0.1
      }),
      precision: "float32",
      clusters: false,
      dropout: 0.1,
      ...(optimizer === "adamw, averaged" ? { averaging: { decay: 0.8 } } : {})
    },
    { seed: 3, gradientClip: 1 }
  )
  for (const schedule of schedules) {
    const workspaces = [yield* folder, yield* folder] as const
    const [calm, cut] = workspaces.map((workspace) =>
      planIn(workspace, {
        ...data,
        microBatchSize: sampling.batchSize,
        schedule: scheduleOf({ schedule, learningRate: 0.02, warmupSteps: 1, steps: N }),
        evaluateEvery: 2,
        checkpointEvery: K,
        checkpoints: path.join(workspace, "checkpoints", "here")
      })
    )
    assert(calm !== undefined && cut !== undefined)
    yield* learner.restart
    const undisturbed = watched(learner)
    const expected = yield* ended(undisturbed.watching, calm, workspaces[0])

    yield* learner.restart
    const first = watched(learner, K + 2)
    assert.isTrue(Exit.isFailure(yield* Effect.exit(train(first.watching, cut))))
    // the session now stands at another step than the checkpoint: what that lacks would show
    const second = watched(learner)
    const found = yield* ended(second.watching, cut, workspaces[1])

    const name = `${family}, ${optimizer}, ${schedule}`
    assert.deepStrictEqual([...second.ledger.keys()], [3, 4], `${name}: goes on from step ${K}`)
    assert.deepStrictEqual(found, expected, name)
    assert.deepStrictEqual(new Map([...first.ledger, ...second.ledger]), undisturbed.ledger, name)
    combinations += 1
  }
})

const isFamily = (name: string): name is Family => Object.hasOwn(families, name)
const isOptimizer = (name: string): name is keyof typeof optimizers => Object.hasOwn(optimizers, name)

describe("a training that goes on from a checkpoint ends with the bits of one that was not interrupted", () => {
  for (const family of Object.keys(families).filter(isFamily))
    for (const optimizer of Object.keys(optimizers).filter(isOptimizer))
      // averages are kept in one way whatever the network
      if (optimizer !== "adamw, averaged" || family === "gpt2")
        it.live(`${family}, ${optimizer}, each schedule`, () => compare(family, optimizer), 120_000)

  it("was shown for every family, optimizer and schedule", () => {
    const plain = Object.keys(optimizers).length - 1
    assert.strictEqual(combinations, (Object.keys(families).length * plain + 1) * schedules.length)
    console.info(`${combinations} combinations of family, optimizer and schedule resume exactly`)
  })
})
