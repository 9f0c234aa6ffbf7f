// What the first steps of a training foretell of the whole, and that nothing is left of them.
import { assert, describe, it } from "@effect/vitest"
import { Store, Trace } from "@inkstone/artifact"
import { StageFailure } from "@inkstone/stage"
import { Effect, Result } from "effect"
import * as path from "node:path"
import * as Pace from "../src/Pace.ts"
import * as Probe from "../src/Probe.ts"
import { storeIn } from "./artifacts.ts"
import { temporaryFolder } from "./peers.ts"
import { train } from "./pretraining.ts"

/** Probes a tiny pretraining; what was found, how it ended, and what the store holds besides the two splits. */
const probe = Effect.fnUntraced(function* (
  steps: number,
  config: Readonly<Record<string, unknown>> = {},
  memoryLimit = Infinity
) {
  const folder = yield* temporaryFolder
  const seen: Array<Probe.Found> = []
  const request = { steps, memoryLimit, found: (found: Probe.Found) => void seen.push(found) }
  return yield* Effect.gen(function* () {
    const ended = yield* Effect.result(
      Effect.provideService(train(path.join(folder, "work"), config), Probe.Requested, request)
    )
    const kinds = (yield* (yield* Store).list).map(({ kind }) => kind)
    const fact = Result.isFailure(ended) ? StageFailure.of(ended.failure).fact : "sealed"
    return { found: seen[0], fact, kinds }
  }).pipe(Effect.provide(storeIn(folder)))
})

describe("a probe", () => {
  it.live("takes a few steps, counts what the whole training does, and seals nothing", () =>
    Effect.gen(function* () {
      // 200 steps of 4 rows of 32 tokens, an evaluation every 30, a checkpoint every 10
      const { fact, found, kinds } = yield* probe(5, { steps: 200, evaluateEvery: 30 })
      assert.strictEqual(fact, "Probed")
      assert.deepStrictEqual(kinds, ["tokens", "tokens"])
      assert.isDefined(found)
      if (found === undefined) return
      assert.deepInclude(found, { batchSize: 4, microBatchSize: 4, contextLength: 32, probed: 5 })
      assert.strictEqual(found.tokensPerStep, 4 * 32)
      assert.deepInclude(found.total, { steps: 200, evaluations: 7, checkpoints: 20, atMost: true })
      const { checkpointMs, evaluateCompileMs, evaluateMs, openMs, otherMs, sampleMs, step } = found
      assert.strictEqual(sampleMs, 0)
      const sum =
        openMs +
        step.compileMs +
        200 * (step.ms + otherMs) +
        evaluateCompileMs +
        7 * evaluateMs +
        20 * checkpointMs
      assert.approximately(found.total.ms, sum, 1e-6 * sum)
      assert.isAtLeast(found.peakBytes, 100e6)
      assert.isAtLeast(found.estimatedBytes, 700e6)
    })
  )

  it.live("takes no more steps than the training has", () =>
    Effect.gen(function* () {
      const { found } = yield* probe(50, { steps: 3, patience: 0, microBatchSize: 1 })
      assert.deepInclude(found, { probed: 3, microBatchSize: 1 })
      assert.deepInclude(found?.total, { steps: 3, evaluations: 1, atMost: false })
    })
  )

  it.live("ends where it holds more than it may", () =>
    Effect.gen(function* () {
      const { fact, found } = yield* probe(5, {}, 1e6)
      assert.strictEqual(fact, "MemoryLimit")
      assert.isUndefined(found)
    })
  )

  it.live("is told again by the trace, from the first steps of the training itself", () =>
    Effect.gen(function* () {
      const folder = yield* temporaryFolder
      yield* Effect.gen(function* () {
        const { trace } = yield* train(folder, { steps: 30 })
        const opened = yield* (yield* Store).open(Trace, trace?.digest ?? "")
        const { name, value } = yield* opened.read("cost")
        const cost = new Map(name.map((each, i) => [each, value[i] ?? 0]))
        const ms = (yield* opened.read("steps")).step_ms
        // 19 steps, the two fastest and the two slowest left out
        const steady =
          ms
            .slice(1, 20)
            .toSorted()
            .subarray(2, 17)
            .reduce((sum, one) => sum + one, 0) / 15
        assert.approximately(
          cost.get("predicted_train_ms") ?? 0,
          Math.max(0, (ms[0] ?? 0) - steady) + 30 * steady,
          1e-6
        )
        assert.isAtLeast(cost.get("predicted_peak_rss_bytes") ?? 0, 700e6)
      }).pipe(Effect.provide(storeIn(folder)))
    })
  )
})

const calls = (...all: ReadonlyArray<readonly [ms: number, compiles: boolean]>) =>
  Pace.of(all.map(([ms, compiles]) => ({ ms, compiles })))

describe("a pace", () => {
  it("keeps compilations apart from steps, whenever they come", () => {
    const pace = calls([510, true], [8, false], [12, false], [110, true], [10, false])
    assert.deepStrictEqual(pace, { ms: 10, leastMs: 8, mostMs: 12, compileMs: 600 })
    assert.strictEqual(Pace.foretold(pace, 1000), 10_600)
  })

  it("is not led astray by a step that something else held up", () => {
    const held = calls([9, false], [10, false], [11, false], [10, false], [900, false])
    assert.deepInclude(held, { ms: 31 / 3, leastMs: 9, mostMs: 900 })
  })

  it("takes the fastest call for one that does not compile where all of them did", () => {
    assert.deepInclude(calls([50, true], [30, true]), { ms: 30, compileMs: 20 })
  })
})
