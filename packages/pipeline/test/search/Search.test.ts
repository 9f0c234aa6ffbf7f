import { existsSync, realpathSync } from "node:fs"
import path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { Executor, type Job, Planner, StageModules } from "../../src/index.ts"
import { executor, modules } from "../fixtures/inline.ts"
import { lossOf } from "../fixtures/searchStages.ts"
import { pipeline, run, type Ran, temporary } from "../fixtures/lab.ts"

type Options = Omit<Planner.PlanOptions, "root"> & { readonly keepGoing?: boolean }

/** Pipelines run inside this process; `jobs` is what was really executed. */
const laboratory = Effect.gen(function* () {
  const root = path.join(yield* temporary, "store")
  const jobs: Array<Job> = []
  const inside = <A, E, R>(effect: Effect.Effect<A, E, R>) =>
    effect.pipe(
      Effect.provideService(StageModules, modules({})),
      Effect.provideService(Executor, executor(jobs))
    )
  const plan = (nodes: string, options: Options = {}) =>
    pipeline(nodes).pipe(
      Effect.flatMap((made) => Planner.plan(made, { root, ...options })),
      inside
    )
  const go = (nodes: string, options: Options = {}) =>
    pipeline(nodes).pipe(
      Effect.flatMap((made) => run(made, { root, ...options })),
      inside
    )
  return { root, jobs, plan, go }
})

const grid = `
m:
  uses: "test#learn"
  with: { steps: 5 }
  search:
    method: grid
    space: { rate: [0.1, 0.01, 1], net.width: [8, 32] }
    objective: { attribute: loss, mode: min }
seen: { uses: "test#count", in: { scores: m } }
won: { uses: "test#count", in: { scores: m.best } }
each: { uses: "test#grade", in: { score: m } }`

const halving = (method: string, over = "", trials = 9) => `
m:
  uses: "test#learn"
  with: {${over}}
  search:
    method: ${method}
    trials: ${trials}
    space: { rate: { logUniform: [1.0e-4, 1] }, net.width: { int: [8, 128], step: 8 } }
    objective: { attribute: loss, mode: min }
    halving: { min: 2, max: 18, factor: 3 }
won: { uses: "test#grade", in: { score: m.best.score } }`

const count = (ran: Ran, status: string) => ran.result.nodes.filter((node) => node.status === status).length
const standingOf = ({ searches }: Planner.Plan) => {
  const [first] = searches
  if (first === undefined) throw new Error("no search")
  return first
}
const noteOf = ({ result }: Ran, id: string) => result.nodes.find((node) => node.id === id)?.note

describe("a search by grid", () => {
  it.effect("runs a node a trial, hands on each and the best, and is a hit afterwards", () =>
    Effect.gen(function* () {
      const { go, jobs, plan } = yield* laboratory
      const first = yield* go(grid)
      assert.strictEqual(first.result.status, "done")
      assert.strictEqual(jobs.filter(({ stage }) => stage === "test#learn").length, 6)
      assert.strictEqual(
        noteOf(first, "m[best]"),
        `trial 3 of 6: loss ${Number(lossOf({ rate: 0.01, steps: 5, width: 8 }).toPrecision(5))} with rate=0.01, net.width=8`
      )
      const inputs = (id: string) =>
        jobs.filter(({ node }) => node === id).flatMap((job) => Object.values(job.inputs).flat())
      assert.strictEqual(inputs("seen").length, 6)
      assert.deepStrictEqual(
        inputs("won").map(({ label, ref }) => [label, ref.digest]),
        [["m[best]", inputs("each[trial=3]")[0]?.ref.digest]]
      )
      const planned = yield* plan(grid)
      assert.isTrue(planned.nodes.every(({ decision }) => decision === "hit"))
      const { best, budget, trials } = standingOf(planned)
      assert.deepStrictEqual(
        [best, budget.fromStart, trials[0]?.values],
        [3, 30, { rate: 0.01, "net.width": 8 }]
      )
    })
  )

  it.effect("runs only what is new when the space grows", () =>
    Effect.gen(function* () {
      const { go, jobs } = yield* laboratory
      yield* go(grid)
      jobs.length = 0
      yield* go(grid.replace("[8, 32]", "[8, 32, 64]"))
      assert.strictEqual(jobs.filter(({ stage }) => stage === "test#learn").length, 3)
    })
  )
})

describe("a search by halving", () => {
  it.effect("plans what is known, says what is open, and runs each rung's best third", () =>
    Effect.gen(function* () {
      const { go, jobs, plan } = yield* laboratory
      const before = yield* plan(halving("halving"))
      const decisions = before.nodes.map(({ decision }) => decision)
      assert.strictEqual(decisions.filter((decision) => decision === "run").length, 9)
      assert.deepStrictEqual(standingOf(before).open, [
        "9 of 9 trials of rung 0 are open",
        "rung 1: 3 of 9 trials at 6, decided after rung 0",
        "rung 2: 1 of 3 trials at 18, decided after rung 1"
      ])
      const ran = yield* go(halving("halving"))
      assert.strictEqual(ran.result.status, "done")
      const steps = jobs
        .filter(({ stage }) => stage === "test#learn")
        .map(({ node }) => node.replace(/.*steps=/, ""))
      const times = (wanted: string) => steps.filter((each) => each === wanted).length
      assert.deepStrictEqual([times("2]"), times("6]"), times("18]")], [9, 3, 1])
      // the order of the losses is that of the distance from the least, whatever the steps
      const after = yield* plan(halving("halving"))
      const { best, trials } = standingOf(after)
      const distance = ({ values }: (typeof trials)[number]) =>
        lossOf({ rate: Number(values["rate"]), width: Number(values["net.width"]), steps: 1 })
      const nearest = trials.toSorted((a, b) => distance(a) - distance(b))
      assert.deepStrictEqual(
        trials.slice(0, 3).map(({ trial }) => trial),
        nearest.slice(0, 3).map(({ trial }) => trial)
      )
      assert.strictEqual(best, nearest[0]?.trial)
      assert.isTrue(after.nodes.every(({ decision }) => decision === "hit" || decision === "skip"))
    })
  )

  it.effect("is run by what was planned, whichever trials fail and however often it is stopped", () =>
    Effect.promise(() =>
      fc.assert(
        fc.asyncProperty(
          fc.constantFrom("halving", "asha", "random"),
          fc.constantFrom("", "breaksAbove: 0.1", "divergesAbove: 0.05", "breaksAbove: 0.00001"),
          fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 2 }),
          (method, over, parts) =>
            Effect.runPromise(
              Effect.scoped(
                Effect.gen(function* () {
                  const all = halving(method, over)
                  const nodes = method === "random" ? all.replace(/ *halving: .*\n/, "") : all
                  const { go, jobs, plan } = yield* laboratory
                  for (const part of parts) {
                    const id = method === "random" ? `m[trial=${part}]` : `m[trial=${part},steps=2]`
                    yield* go(nodes, { only: [id] })
                  }
                  const planned = yield* plan(nodes)
                  const ran = yield* go(nodes)
                  for (const { decision, id } of planned.nodes) {
                    const status = ran.result.nodes.find((node) => node.id === id)?.status
                    if (decision === "hit") assert.strictEqual(status, "hit", id)
                    if (decision === "skip") assert.oneOf(status, ["skipped", "failed"], id)
                    if (decision === "run") assert.oneOf(status, ["ran", "failed"], id)
                  }
                  const keys = jobs.map(({ key }) => key)
                  assert.strictEqual(new Set(keys).size, keys.length, "nothing runs twice")
                  assert.strictEqual(ran.result.status, over === "breaksAbove: 0.00001" ? "failed" : "done")
                  const again = yield* go(nodes)
                  assert.strictEqual(jobs.length, keys.length, "nothing is left to run")
                  assert.strictEqual(count(again, "ran"), 0)
                  const straight = yield* laboratory
                  yield* straight.go(nodes.replaceAll("asha", "halving"))
                  const ranking = ({ trials }: ReturnType<typeof standingOf>) =>
                    trials.map(({ rung, trial, value }) => [trial, rung, value])
                  assert.deepStrictEqual(
                    ranking(standingOf(yield* plan(nodes))),
                    ranking(standingOf(yield* straight.plan(nodes.replaceAll("asha", "halving"))))
                  )
                })
              )
            )
        ),
        { numRuns: 8 }
      )
    )
  )
})

describe("a trial that fails", () => {
  it.effect("counts as the worst, is shown, and ends nothing; it is not tried again but by force", () =>
    Effect.gen(function* () {
      const { go, jobs, plan } = yield* laboratory
      const nodes = grid.replace("steps: 5", "steps: 5, breaksAbove: 0.5")
      const ran = yield* go(nodes)
      assert.strictEqual(ran.result.status, "done")
      const failed = ran.result.nodes.filter(({ status }) => status === "failed")
      assert.deepStrictEqual(
        failed.map(({ failure, id, tolerated }) => [id, failure?.problem, tolerated]),
        [
          ["m[trial=5]", "broke at 1", true],
          ["m[trial=6]", "broke at 1", true]
        ]
      )
      assert.strictEqual(noteOf(ran, "each[trial=5]"), "left out with m[trial=5]")
      assert.strictEqual(
        jobs.filter(({ node }) => node === "seen").flatMap((job) => job.inputs["scores"] ?? []).length,
        4
      )
      const planned = yield* plan(nodes)
      assert.deepStrictEqual(
        planned.nodes
          .filter(({ decision }) => decision !== "hit")
          .map(({ because, decision, id }) => [id, decision, because]),
        [
          ["m[trial=5]", "skip", "failed before (data): broke at 1"],
          ["m[trial=6]", "skip", "failed before (data): broke at 1"],
          ["each[trial=5]", "skip", "left out with m[trial=5]"],
          ["each[trial=6]", "skip", "left out with m[trial=6]"]
        ]
      )
      assert.deepStrictEqual(
        standingOf(planned)
          .trials.slice(-2)
          .map(({ status, why }) => [status, why]),
        [
          ["failed", "broke at 1"],
          ["failed", "broke at 1"]
        ]
      )
      const before = jobs.length
      yield* go(nodes)
      assert.strictEqual(jobs.length, before)
      yield* go(nodes, { force: ["m[trial=5]"] })
      assert.strictEqual(jobs.at(-1)?.node, "m[trial=5]")
    })
  )

  it.effect("fails the run when all of them do", () =>
    Effect.gen(function* () {
      const { go } = yield* laboratory
      const ran = yield* go(grid.replace("steps: 5", "breaksAbove: 0.001"))
      assert.strictEqual(ran.result.status, "failed")
      const best = ran.result.nodes.find(({ id }) => id === "m[best]")
      assert.strictEqual(best?.failure?.problem, "all 6 trials of m failed, the first one: broke at 0.1")
      assert.isUndefined(best?.tolerated)
      assert.strictEqual(ran.result.nodes.find(({ id }) => id === "won")?.status, "blocked")
    })
  )

  it.effect("may also be one that seals no number", () =>
    Effect.gen(function* () {
      const { go, plan } = yield* laboratory
      const nodes = grid.replace("steps: 5", "divergesAbove: 0.05")
      yield* go(nodes)
      const { best, trials } = standingOf(yield* plan(nodes))
      assert.strictEqual(best, 3)
      assert.deepStrictEqual(
        trials.slice(2).map(({ why }) => why),
        Array.from({ length: 4 }, () => "loss is undefined")
      )
    })
  )
})

describe("a search judged by another node", () => {
  it.effect("ranks by its metric, says what ties, and goes on rung by rung", () =>
    Effect.gen(function* () {
      const { go, plan } = yield* laboratory
      const nodes = `${halving("halving").replace("{ attribute: loss, mode: min }", "{ node: each }")}
each: { uses: "test#grade", in: { score: m } }`
      const ran = yield* go(nodes)
      assert.strictEqual(ran.result.status, "done")
      const { best, objective, ties, trials } = standingOf(yield* plan(nodes))
      assert.strictEqual(objective.mode, "max")
      assert.strictEqual(trials[0]?.trial, best)
      assert.deepStrictEqual(ties, [])
      const wide = grid.replace("{ attribute: loss, mode: min }", "{ node: each }")
      yield* go(wide)
      const tied = standingOf(yield* plan(wide))
      // 1 from the best at twice the distance of half an interval
      assert.deepStrictEqual([tied.best, tied.ties], [3, [4, 1]])
    })
  )
})

describe("a search beside a matrix", () => {
  it.effect("is one for each of its instances, with a best of each", () =>
    Effect.gen(function* () {
      const { go } = yield* laboratory
      const ran = yield* go(`
m:
  uses: "test#learn"
  matrix: { optimizer: [adam, sgd] }
  with: { optimizer: "\${optimizer}" }
  search:
    method: grid
    space: { rate: [0.1, 0.01] }
    objective: { attribute: loss, mode: min }
won: { uses: "test#grade", in: { score: m.best } }`)
      assert.deepStrictEqual(
        ran.result.nodes.map(({ id }) => id),
        [
          "m[optimizer=adam,trial=1]",
          "m[optimizer=adam,trial=2]",
          "m[optimizer=sgd,trial=1]",
          "m[optimizer=sgd,trial=2]",
          "m[optimizer=adam,best]",
          "m[optimizer=sgd,best]",
          "won[optimizer=adam]",
          "won[optimizer=sgd]"
        ]
      )
    })
  )
})

describe("a longer trial", () => {
  it.effect("finds what the shorter one kept in a folder `earlier` of its workspace", () =>
    Effect.gen(function* () {
      const { go, jobs } = yield* laboratory
      yield* go(halving("halving"))
      const longest = jobs.find(({ node }) => node.endsWith("steps=18]"))
      const middle = jobs.find(({ node }) => node === longest?.node.replace("18", "6"))
      assert.isDefined(longest)
      const kept = path.join(middle?.workspace ?? "", "beginning")
      assert.strictEqual(realpathSync(path.join(longest?.workspace ?? "", "earlier")), realpathSync(kept))
      assert.isFalse(existsSync(path.join(longest?.workspace ?? "", "beginning")))
      const shortest = jobs.find(({ node }) => node === longest?.node.replace("18", "2"))
      assert.isFalse(existsSync(path.join(shortest?.workspace ?? "", "earlier")))
    })
  )
})
