import { assert, describe, it } from "@effect/vitest"
import { Effect, References } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import * as Beginning from "../src/Beginning.ts"
import * as Loop from "../src/Loop.ts"
import type { Curve } from "../src/Schedule.ts"
import { storeIn } from "./artifacts.ts"
import * as BigramLearner from "./BigramLearner.ts"
import { temporaryFolder } from "./peers.ts"
import { contextLength, planIn, repeatable } from "./plans.ts"
import { digests, train } from "./pretraining.ts"

/** As the pipeline prepares the folders of a search's rungs: each goes on from the one before it. */
const rungs = (folder: string, names: ReadonlyArray<string>) =>
  names.map((name, i) => {
    const workspace = path.join(folder, name)
    fs.mkdirSync(path.join(workspace, "beginning"), { recursive: true })
    const before = names[i - 1]
    if (before !== undefined)
      fs.symlinkSync(path.join("..", before, "beginning"), path.join(workspace, "earlier"))
    return workspace
  })

interface Rung {
  readonly steps: number
  readonly curve: Curve
  readonly changes?: Partial<Loop.Plan>
}

/** Trains the bigrams to some step; also where it began. */
const toStep = Effect.fnUntraced(
  function* (workspace: string, { changes, curve, steps }: Rung) {
    const usual = planIn(workspace, { checkpointEvery: 20, ...changes })
    const schedule = { ...usual.schedule, curve, steps }
    const { checkpointEvery, checkpoints } = usual
    const place: Beginning.Place = {
      workspace,
      checkpoints,
      checkpointEvery,
      schedule,
      identity: { training: { curve: curve.name, steps } }
    }
    yield* Beginning.takeOver(place)
    const beginning = Beginning.toKeep(place)
    let first: number | undefined
    const report = ({ done }: { readonly done: number }) => Effect.sync(() => void (first ??= done))
    const outcome = yield* Effect.scoped(
      Loop.train(BigramLearner.make(contextLength), {
        ...usual,
        schedule,
        report,
        ...(beginning === undefined ? {} : { beginning })
      })
    )
    return { repeatable: repeatable(outcome), from: (first ?? 0) - 1 }
  },
  Effect.provideService(References.MinimumLogLevel, "None")
)

const stable = { name: "warmup_stable_decay", decaySteps: 12, warmup: "linear", decay: "cosine" } as const
const plateau = {
  name: "reduce_lr_on_plateau",
  factor: 0.5,
  patience: 1,
  threshold: 0.05,
  cooldown: 0
} as const
const curves: ReadonlyArray<readonly [Curve, ReadonlyArray<number>]> = [
  [{ name: "constant" }, [25, 40]],
  [{ name: "inverse_sqrt", timescale: 7 }, [25, 40]],
  [plateau, [25, 40]],
  // up to where the rate begins to fall
  [stable, [12, 27]],
  // which depends on the end
  [{ name: "cosine", cycles: 0.5 }, [0, 0]]
]

describe("a longer training", () => {
  for (const [curve, from] of curves)
    it.live(`goes on from shorter ones, and ends as one trained in one go: ${curve.name}`, () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const [first = "", second = "", third = ""] = rungs(folder, ["first", "second", "third"])
        // neither 25 nor 40 is a step that is evaluated but at the end
        yield* toStep(first, { curve, steps: 25 })
        const middle = yield* toStep(second, { curve, steps: 40 })
        const longest = yield* toStep(third, { curve, steps: 61 })
        assert.deepStrictEqual([middle.from, longest.from], from)
        for (const [steps, went] of [[40, middle] as const, [61, longest] as const]) {
          const straight = yield* toStep(path.join(folder, `straight-${steps}`), { curve, steps })
          assert.deepStrictEqual(went.repeatable, straight.repeatable)
        }
      })
    )

  it.live("begins anew where what was kept is damaged, or of another training", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      const [first = "", second = ""] = rungs(folder, ["first", "second"])
      const curve = { name: "constant" } as const
      yield* toStep(first, { curve, steps: 25, changes: { checkpointEvery: 100 } })
      const kept = path.join(first, "beginning")
      const [name = ""] = fs.readdirSync(kept)
      const state = fs.readdirSync(path.join(kept, name)).find((file) => file.startsWith("step")) ?? ""
      fs.truncateSync(path.join(kept, name, state), 500)
      const damaged = yield* toStep(second, { curve, steps: 40 })
      assert.strictEqual(damaged.from, 0)
      fs.rmSync(path.join(second, "checkpoints"), { recursive: true })
      assert.strictEqual((yield* toStep(second, { curve: plateau, steps: 40 })).from, 0)
    })
  )

  it.live(
    "of a network ends with the same weights and trace",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const [shorter = "", longer = ""] = rungs(folder, ["shorter", "longer"])
        const config = {
          architecture: { layers: 1, heads: 2, channels: 16 },
          contextLength: 16,
          warmupSteps: 2,
          evaluateEvery: 4,
          checkpointEvery: 3,
          dropout: 0.1,
          averageDecay: 0.8,
          schedule: { name: "warmup_stable_decay", decaySteps: 2 }
        }
        yield* Effect.gen(function* () {
          yield* train(shorter, { ...config, steps: 7 })
          let first: number | undefined
          const report = ({ done }: { readonly done: number }) => Effect.sync(() => void (first ??= done))
          const refs = yield* train(longer, { ...config, steps: 11 }, report)
          assert.strictEqual(first, 5)
          const straight = yield* train(path.join(folder, "straight"), { ...config, steps: 11 })
          assert.deepStrictEqual(digests(refs), digests(straight))
        }).pipe(Effect.provide(storeIn(folder)))
      }),
    60_000
  )
})
