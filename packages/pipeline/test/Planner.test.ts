import { rmSync, writeFileSync } from "node:fs"
import { readdir, writeFile } from "node:fs/promises"
import path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import fc from "fast-check"
import { Executor, type Job, Planner, Records, StageModules } from "../src/index.ts"
import { executor, modules } from "./fixtures/inline.ts"
import { outputOf, pipeline, run, statuses, temporary } from "./fixtures/lab.ts"

/** Everything a person may change between two runs. */
interface World {
  readonly count: number
  readonly by: number
  readonly otherBy: number
  readonly code: Readonly<Record<string, string>>
  readonly text: string
  readonly seed: number
}
const start: World = { count: 3, by: 1, otherBy: 1, code: {}, text: "7 8", seed: 1 }

const nodesOf = ({ count, by, otherBy, seed }: World) => `
a: { uses: "test#source", with: { count: ${count}, files: [numbers.txt] }, seed: ${seed} }
twin: { uses: "test#source", with: { count: 3, files: [numbers.txt] }, seed: 1 }
rounded: { uses: "test#tens", in: { numbers: a } }
more: { uses: "test#add", with: { by: ${by} }, in: { numbers: rounded } }
other: { uses: "test#add", matrix: { by: [${otherBy}, 5] }, with: { by: "\${by}" }, in: { numbers: twin } }
pair: { uses: "test#pair", in: { left: more, right: other } }
sum: { uses: "test#total", in: { lists: [pair.numbers, twin, a] } }`

/** A pipeline in a folder of its own, run inside this process; `jobs` is what was really executed. */
const laboratory = Effect.gen(function* () {
  const folder = yield* temporary
  const root = path.join(folder, "store")
  const jobs: Array<Job> = []
  const inWorld =
    (world: World) =>
    <A, E, R>(effect: Effect.Effect<A, E, R>) =>
      effect.pipe(
        Effect.provideService(StageModules, modules(world.code)),
        Effect.provideService(Executor, executor(jobs))
      )
  const load = (world: World) =>
    Effect.andThen(
      Effect.promise(() => writeFile(path.join(folder, "numbers.txt"), world.text)),
      pipeline(nodesOf(world), folder)
    )
  const plan = (world: World, options: Omit<Planner.PlanOptions, "root"> = {}) =>
    load(world).pipe(
      Effect.flatMap((made) => Planner.plan(made, { root, ...options })),
      inWorld(world)
    )
  const go = (world: World, options: Omit<Planner.PlanOptions, "root"> & { root?: string } = {}) =>
    load(world).pipe(
      Effect.flatMap((made) => run(made, { root, ...options })),
      inWorld(world)
    )
  return { folder, root, jobs, plan, go }
})

const reasons = ({ nodes }: Planner.Plan) =>
  Object.fromEntries(nodes.map(({ id, decision, because }) => [id, `${decision} ${because}`.trim()]))

describe("Planner.plan", { timeout: 60_000 }, () => {
  it.effect("says first time, and what waits for what", () =>
    Effect.gen(function* () {
      const { plan } = yield* laboratory
      assert.deepStrictEqual(reasons(yield* plan(start)), {
        a: "run first time",
        twin: "run first time",
        rounded: "may run waits for a",
        more: "may run waits for rounded",
        "other[by=1]": "may run waits for twin",
        "other[by=5]": "may run waits for twin",
        "pair[by=1]": "may run waits for more, other[by=1]",
        "pair[by=5]": "may run waits for more, other[by=5]",
        sum: "may run waits for pair[by=1], pair[by=5], twin, a"
      })
    })
  )

  it.effect("names the leaf that differs from the nearest record", () =>
    Effect.gen(function* () {
      const { plan, go } = yield* laboratory
      yield* go(start)
      const after = (change: Partial<World>) => Effect.map(plan({ ...start, ...change }), reasons)
      assert.strictEqual((yield* after({ count: 4 }))["a"], "run config.count 3 -> 4")
      assert.strictEqual((yield* after({ by: 2 }))["more"], "run config.by 1 -> 2")
      assert.strictEqual((yield* after({ seed: 2 }))["a"], "run seed 1 -> 2")
      assert.strictEqual((yield* after({ text: "7 9" }))["a"], "run source file numbers.txt")
      assert.strictEqual((yield* after({ code: { "test#tens": "2" } }))["rounded"], "run code of test#tens")
      yield* go({ ...start, count: 20 }, { only: ["a"] })
      assert.strictEqual((yield* after({ count: 20 }))["rounded"], "run input numbers")
    })
  )

  it.effect("says forced, and which artifact is missing or corrupt", () =>
    Effect.gen(function* () {
      const { plan, go, root } = yield* laboratory
      const ran = yield* go(start)
      assert.strictEqual(reasons(yield* plan(start, { force: ["more"] }))["more"], "run forced")
      const folderOf = (id: string) => {
        const { kind, digest } = outputOf(ran, id)
        return path.join(root, "objects", kind, digest)
      }
      rmSync(folderOf("more"), { recursive: true })
      writeFileSync(path.join(folderOf("rounded"), "numbers.arrow"), "nothing of the kind")
      const planned = reasons(yield* plan(start))
      assert.match(planned["rounded"] ?? "", /^run artifact corrupt: numbers \(test-numbers [0-9a-f]{12}\)$/)
      const again = yield* go(start)
      assert.strictEqual(statuses(again)["rounded"], "ran")
      assert.deepStrictEqual(outputOf(again, "sum"), outputOf(ran, "sum"))
      assert.isNotEmpty(yield* Effect.promise(() => readdir(path.join(root, "quarantine"))))
    })
  )

  it.effect("takes only what is asked for and what that needs, and knows no other names", () =>
    Effect.gen(function* () {
      const { plan } = yield* laboratory
      const { nodes } = yield* plan(start, { only: ["other[by=5]"] })
      assert.deepStrictEqual(
        nodes.map(({ id }) => id),
        ["twin", "other[by=5]"]
      )
      const error = yield* Effect.flip(plan(start, { force: ["othr"] }))
      assert.strictEqual(error.message, 'the pipeline has no node "othr"; did you mean "other"?')
    })
  )

  it.effect(
    "does not depend on what a node is called, but on the labels a many port hands to its stage",
    () =>
      Effect.gen(function* () {
        const { folder, root } = yield* laboratory
        const load = (first: string) =>
          pipeline(
            `${first}: { uses: "test#source" }\nsum: { uses: "test#total", in: { lists: [${first}] } }`,
            folder
          )
        const inline = Effect.provideService(StageModules, modules({}))
        yield* load("a").pipe(
          Effect.flatMap((made) => run(made, { root })),
          inline,
          Effect.provideService(Executor, executor([]))
        )
        const renamed = yield* load("b").pipe(
          Effect.flatMap((made) => Planner.plan(made, { root })),
          inline
        )
        assert.deepStrictEqual(reasons(renamed), {
          b: "hit",
          sum: "run input lists.a (gone), input lists.b (new)"
        })
      })
  )

  it.effect("ignores a record that is no record", () =>
    Effect.gen(function* () {
      const { plan, go, root } = yield* laboratory
      yield* go(start)
      for (const { key } of yield* Records.list(root)) {
        writeFileSync(path.join(root, "records", key, "0.json"), '{ "format": 1, "no')
      }
      const { nodes } = yield* plan(start)
      assert.isTrue(nodes.every(({ decision }) => decision === "hit"))
    })
  )
})

type Edit =
  | { readonly change: Partial<World> }
  | { readonly force: string }
  | { readonly lose: string }
  | { readonly spoil: string }

const names = ["a", "twin", "rounded", "more", "pair[by=5]", "sum"]
const change: fc.Arbitrary<Partial<World>> = fc.oneof(
  fc.record({ count: fc.integer({ min: 0, max: 4 }) }),
  fc.record({ by: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ otherBy: fc.integer({ min: 1, max: 3 }) }),
  fc.record({ seed: fc.integer({ min: 1, max: 2 }) }),
  fc.record({ text: fc.constantFrom("7 8", "8 7", "70") }),
  fc.record({
    code: fc.dictionary(fc.constantFrom("test#tens", "test#add", "test#total"), fc.constantFrom("1", "2"))
  })
)
const edit: fc.Arbitrary<Edit> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ change }) },
  { weight: 1, arbitrary: fc.record({ force: fc.constantFrom(...names) }) },
  { weight: 1, arbitrary: fc.record({ lose: fc.constantFrom(...names) }) },
  { weight: 1, arbitrary: fc.record({ spoil: fc.constantFrom(...names) }) }
)

describe("plan and run", () => {
  const holds = Effect.fnUntraced(function* (edits: ReadonlyArray<Edit>) {
    const { plan, go, jobs, root, folder } = yield* laboratory
    let world = start
    let last = yield* go(world)
    for (const edit of edits) {
      if ("change" in edit) world = Object.assign({}, world, edit.change)
      const broken = "lose" in edit ? edit.lose : "spoil" in edit ? edit.spoil : undefined
      if (broken !== undefined) {
        const { kind, digest } = outputOf(last, broken)
        const object = path.join(root, "objects", kind, digest)
        if ("lose" in edit) rmSync(object, { recursive: true, force: true })
        else writeFileSync(path.join(object, "numbers.arrow"), "spoilt")
      }
      const options = "force" in edit ? { force: [edit.force] } : {}
      const planned = yield* plan(world, options)
      jobs.length = 0
      last = yield* go(world, options)
      for (const { id, decision, outputs, key } of planned.nodes) {
        const done = last.result.nodes.find((node) => node.id === id)
        if (decision === "hit") {
          assert.strictEqual(done?.status, "hit", id)
          assert.deepStrictEqual(done?.outputs, outputs)
        } else if (decision === "run") {
          assert.strictEqual(done?.status, "ran", id)
        } else {
          assert.include(["hit", "ran"], done?.status, id)
        }
        if (key !== undefined) assert.strictEqual(done?.key, key)
      }
      const made = new Set(last.result.nodes.filter(({ status }) => status === "ran").map(({ key }) => key))
      assert.strictEqual(jobs.length, made.size, "each key is executed once")
      const after = yield* plan(world)
      assert.deepStrictEqual(
        after.nodes
          .filter(({ decision }) => decision !== "hit")
          .map(({ id, because }) => `${id}: ${because}`),
        []
      )
    }
    const fresh = yield* go(world, { root: path.join(folder, "fresh") })
    const outputs = ({ result }: typeof fresh) => result.nodes.map(({ id, outputs }) => ({ id, outputs }))
    assert.deepStrictEqual(outputs(last), outputs(fresh), "as if nothing had been there")
  })

  it.live(
    "agree after any edits, and end where a fresh store ends",
    () =>
      Effect.promise(() =>
        fc.assert(
          fc.asyncProperty(fc.array(edit, { minLength: 4, maxLength: 8 }), (edits) =>
            Effect.runPromise(Effect.scoped(holds(edits)))
          ),
          { numRuns: 8 }
        )
      ),
    120_000
  )
})
