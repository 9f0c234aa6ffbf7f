// A training says the same in its event files, while it runs, as in its trace afterwards.
import { assert, describe, it } from "@effect/vitest"
import { Store, Trace } from "@inkstone/artifact"
import { Series } from "@inkstone/trainer/events/Series"
import type { Progress } from "@inkstone/stage"
import { Effect } from "effect"
import * as path from "node:path"
import { storeIn } from "./artifacts.ts"
import { noPeers, scalarsOf, temporaryFolder } from "./peers.ts"
import { train } from "./pretraining.ts"

const config = { steps: 13, evaluateEvery: 4, checkpointEvery: 3, logEvery: 2 }
const crash = ({ done }: Progress) => (done === 8 ? Effect.die(new Error("power cut")) : Effect.void)

/** [step, value] of the steps that are shown; event files store float32. */
const shown = (steps: ArrayLike<number>, values: ArrayLike<number>, which: (step: number) => boolean) =>
  Array.from(steps, (step, i) => [step, Math.fround(values[i] ?? Number.NaN)] as const).filter(([step]) =>
    which(step)
  )

describe("event files and trace", () => {
  it.live(
    "agree in every number, also of a training that was cut off and went on",
    () =>
      Effect.gen(function* () {
        const folder = yield* temporaryFolder
        const workspace = path.join(folder, "work")
        const trace = yield* Effect.gen(function* () {
          assert.strictEqual((yield* Effect.exit(train(workspace, config, crash)))._tag, "Failure")
          const refs = yield* train(workspace, config)
          const opened = yield* (yield* Store).open(Trace, refs["trace"]?.digest ?? "")
          return { steps: yield* opened.read("steps"), evaluations: yield* opened.read("evaluations") }
        }).pipe(Effect.provide(storeIn(folder)))
        const { evaluations, steps } = trace
        const events = path.join(workspace, "tensorboard")
        const series = new Series(events)
        series.update()
        const logged = (step: number) => step % config.logEvery === 0 || step === config.steps
        const expected = {
          "loss/train": shown(steps.step, steps.loss_nats, logged),
          learning_rate: shown(steps.step, steps.learning_rate, logged),
          gradient_norm: shown(steps.step, steps.gradient_norm, logged),
          tokens_seen: shown(steps.step, steps.tokens_seen, logged),
          tokens_per_second: shown(steps.step, steps.tokens_per_second, logged),
          memory_bytes: shown(steps.step, steps.rss_bytes, logged),
          "loss/validation": shown(evaluations.step, evaluations.loss_nats, () => true),
          "bits_per_byte/validation": shown(evaluations.step, evaluations.bits_per_byte, () => true)
        }
        assert.strictEqual(expected["loss/train"].length, 7)
        assert.deepStrictEqual(
          expected["loss/validation"].map(([step]) => step),
          [4, 8, 12, 13]
        )
        for (const [tag, points] of Object.entries(expected)) {
          const { steps: at = [], values = [] } = series.tags.get(tag) ?? {}
          assert.deepStrictEqual(
            at.map((step, i) => [step, values[i] ?? Number.NaN] as const),
            points,
            tag
          )
        }
        assert.strictEqual(series.ended, "success")
        assert.strictEqual(series.hparams["steps"], config.steps)
        if (noPeers === "") assert.deepInclude(scalarsOf(events), expected)
      }),
    60_000
  )
})
