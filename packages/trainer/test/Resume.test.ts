import { assert, describe, it } from "@effect/vitest"
import { Store, Trace, Weights } from "@inkstone/artifact"
import { LanguageModel } from "@inkstone/model-zoo"
import type { Progress } from "@inkstone/stage"
import { Effect } from "effect"
import * as path from "node:path"
import { storeIn } from "./artifacts.ts"
import { temporaryFolder } from "./peers.ts"
import { digests, train } from "./pretraining.ts"

const small = {
  architecture: { layers: 1, heads: 2, channels: 16 },
  contextLength: 16,
  steps: 9,
  warmupSteps: 2,
  evaluateEvery: 2,
  checkpointEvery: 3
}

/** What `ResumeMatrix.test.ts` has not: through the stage, what is handed over, rates that were measured. */
const trainings = {
  "adamw, averaged": { optimizer: "adamw", averageDecay: 0.8, schedule: "warmup_stable_decay" },
  "adafactor with momentum and a rate of its own": {
    optimizer: { name: "adafactor", beta1: 0.9, relativeStep: true, scaleParameter: true }
  },
  sgd: {
    optimizer: { name: "sgd", nesterov: true },
    learningRate: 0.5,
    // falls at each evaluation but the first, since none is a third better
    schedule: { name: "reduce_lr_on_plateau", patience: 0, threshold: 0.3, factor: 0.5 }
  }
}

const crash = (progress: Progress) => (progress.done === 5 ? Effect.die(new Error("power cut")) : Effect.void)

describe("a training that goes on from a checkpoint", () => {
  for (const [name, config] of Object.entries(trainings))
    it.live(
      `ends with the bits of one that was not interrupted: ${name}`,
      () =>
        Effect.gen(function* () {
          const folder = yield* temporaryFolder
          yield* Effect.gen(function* () {
            const [whole, cut] = ["whole", "cut"].map((part) => path.join(folder, part))
            const all = { ...small, ...config }
            const refs = yield* train(whole ?? "", all)
            yield* Effect.exit(train(cut ?? "", all, crash))
            let first: number | undefined
            const again = yield* train(cut ?? "", all, ({ done }) => Effect.sync(() => (first ??= done)))
            assert.strictEqual(first, 4)
            assert.deepStrictEqual(digests(again), digests(refs))
            const store = yield* Store
            const trace = yield* store.open(Trace, refs["trace"]?.digest ?? "")
            const rates = (yield* trace.read("steps")).learning_rate
            if (name === "sgd")
              assert.deepStrictEqual([...rates], [0.25, 0.5, 0.5, 0.5, 0.25, 0.25, 0.125, 0.125, 0.0625])
            if (name === "adamw, averaged") {
              const model = yield* store.open(Weights, refs["model"]?.digest ?? "")
              const opened = yield* Effect.scoped(LanguageModel.load(model))
              assert.strictEqual(opened.parameters, model.attributes.parameters)
            }
          }).pipe(Effect.provide(storeIn(folder)))
        }),
      60_000
    )
})

describe("the config", () => {
  it.live("is refused with the field that is wrong", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const problem = (config: Readonly<Record<string, unknown>>) =>
        Effect.map(
          Effect.flip(train(folder, config)).pipe(Effect.provide(storeIn(folder))),
          ({ message }) => message
        )
      const wrong = [
        [{ optimizer: "adam" }, "optimizer"],
        [{ optimizer: { name: "lion", momentum: 0.9 } }, "optimizer.momentum"],
        [{ optimizer: { name: "sgd", momentum: 1 } }, "optimizer.momentum"],
        [{ optimizer: { name: "sgd", momentum: 0, nesterov: true } }, "optimizer.nesterov"],
        [{ optimizer: { name: "adafactor", warmupInit: true } }, "optimizer.warmupInit"],
        [{ averageDecay: 1 }, "averageDecay"],
        [{ schedule: "cosin" }, "schedule"],
        [{ schedule: { name: "cosine_with_restarts", cycles: 0 } }, "schedule.cycles"],
        [{ schedule: { name: "reduce_lr_on_plateau", factor: 1 } }, "schedule.factor"],
        [{ schedule: { name: "warmup_stable_decay", decaySteps: 40 } }, "schedule.decaySteps"]
      ] as const
      for (const [config, field] of wrong) {
        const message = yield* problem(config)
        assert.include(message, `: ${field}: `)
        // that alone
        assert.notInclude(message, `; ${field.split(".")[0]}.`)
      }
    })
  )
})
