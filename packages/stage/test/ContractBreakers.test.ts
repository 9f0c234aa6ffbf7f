// A contract suite is only worth something if it fails those who break the contract.
import { existsSync, rmSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { afterAll } from "vitest"
import { ContractBench } from "../src/internal/ContractBench.ts"
import { type Progress, type Run, Stage, StageFailure } from "../src/index.ts"
import { Notes } from "./support/Notes.ts"

type Outputs = { readonly scores: typeof Notes }
type Breaker = (run: Run<Outputs>) => Effect.Effect<void>

const write = (run: Run<Outputs>, value: number) =>
  Effect.gen(function* () {
    yield* run.outputs.scores.append("notes", { id: ["a"], rule: ["r"], value: Float64Array.of(value) })
    yield* run.outputs.scores.describe({ rules: ["r"] })
  })
const step: Progress = { done: 1, total: 2, unit: "steps" }

/** A stage that is right, but for what `breaker` does in the middle. */
const broken = (breaker: Breaker, value: (run: Run<Outputs>) => number = () => 1) =>
  Stage.define({
    name: "test#broken",
    version: 1,
    description: "Breaks the contract",
    config: Schema.Struct({ size: Schema.optionalKey(Schema.Int) }),
    inputs: {},
    outputs: { scores: Notes },
    run: Effect.fn(function* (_config, _given, run) {
      yield* breaker(run)
      yield* write(run, value(run))
    }, Effect.mapError(StageFailure.of))
  })

const benches: Array<ContractBench> = []
afterAll(() => benches.forEach((bench) => bench.clean()))
const bench = (stage: ReturnType<typeof broken>) => {
  const made = new ContractBench(stage, { name: "", config: { size: 1 } })
  benches.push(made)
  return made
}

/** The message of the claim's assertion. */
const complaint = (
  stage: ReturnType<typeof broken>,
  claim: (of: ContractBench) => Effect.Effect<void, unknown>
) =>
  Effect.gen(function* () {
    const tried = bench(stage)
    yield* tried.first
    return String(yield* Effect.flip(Effect.sandbox(claim(tried))))
  })

let runs = 0
/** Another value after the first attempt in a workspace. */
const marked = (run: Run<Outputs>): number => {
  const mark = join(run.workspace, "mark")
  const seen = existsSync(mark)
  writeFileSync(mark, "")
  return seen ? 1 : 0
}
const litter = join(process.cwd(), "litter.txt")
afterAll(() => rmSync(litter, { force: true }))

describe("the contract suite catches a stage that", () => {
  it.effect("gives another result every time", () =>
    Effect.gen(function* () {
      const stage = broken(
        (run) => run.report(step),
        () => runs++
      )
      assert.match(yield* complaint(stage, (of) => of.elsewhere), /deeply equal/)
      assert.match(yield* complaint(stage, (of) => of.again), /deeply equal/)
    })
  )

  it.effect("puts a path into its output", () =>
    Effect.gen(function* () {
      const stage = broken(
        (run) => run.report(step),
        (run) => run.workspace.length
      )
      assert.match(yield* complaint(stage, (of) => of.elsewhere), /deeply equal/)
    })
  )

  it.effect("writes into the working folder", () =>
    Effect.gen(function* () {
      const stage = broken((run) =>
        Effect.andThen(
          run.report(step),
          Effect.sync(() => writeFileSync(litter, `${runs++}`))
        )
      )
      assert.match(yield* complaint(stage, (of) => of.nothingElse), /files outside of outputs/)
    })
  )

  it.effect("never reports", () =>
    Effect.gen(function* () {
      const stage = broken(() => Effect.void)
      assert.match(yield* complaint(stage, (of) => of.progress), /no progress was reported/)
      assert.match(yield* complaint(stage, (of) => of.interrupted), /ended before it reported/)
    })
  )

  it.effect("reports backwards, beyond the total, or without a unit", () =>
    Effect.gen(function* () {
      const cases: ReadonlyArray<readonly [ReadonlyArray<Progress>, RegExp]> = [
        [[{ done: 2, unit: "steps" }, step], /backwards/],
        [[{ done: 3, total: 2, unit: "steps" }], /more than all/],
        [[{ done: 3, unit: "" }], /no unit/],
        [[{ done: Number.NaN, unit: "steps" }], /not a count/]
      ]
      for (const [reports, message] of cases) {
        const stage = broken((run) => Effect.forEach(reports, run.report, { discard: true }))
        assert.match(yield* complaint(stage, (of) => of.progress), message)
      }
    })
  )

  it.effect("ends otherwise after an earlier attempt", () =>
    Effect.gen(function* () {
      const stage = broken((run) => run.report(step), marked)
      assert.match(yield* complaint(stage, (of) => of.again), /deeply equal/)
    })
  )
})
