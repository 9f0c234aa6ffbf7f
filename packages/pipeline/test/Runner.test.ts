import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber } from "effect"
import { Executor, type Job, Records, type RunEvent, Runner } from "../src/index.ts"
import { numbersIn, objects, outputOf, pipeline, type Ran, run, statuses, temporary } from "./fixtures/lab.ts"

const failureOf = ({ result }: Ran, id: string) => result.nodes.find((node) => node.id === id)?.failure
const typesOf = ({ events }: Ran) => events.map(({ type }) => type)
const isOf =
  <T extends RunEvent["type"]>(type: T) =>
  (event: RunEvent): event is Extract<RunEvent, { type: T }> =>
    event.type === type

const chain = `
a: { uses: "./stages.ts#source", with: { count: 12 } }
b: { uses: "./stages.ts#tens", in: { numbers: a } }
c: { uses: "./stages.ts#add", matrix: { by: [1, 2] }, with: { by: "\${by}" }, in: { numbers: b } }
d: { uses: "./stages.ts#total", in: { lists: [c, a] } }`

// real processes: slow on a busy machine
const timeout = 120_000

describe("Runner.run", { timeout }, () => {
  it.live("makes everything once, in processes, and takes it from the store afterwards", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const first = yield* run(chain, { root })
      assert.strictEqual(first.result.status, "done")
      assert.deepStrictEqual(statuses(first), {
        a: "ran",
        b: "ran",
        "c[by=1]": "ran",
        "c[by=2]": "ran",
        d: "ran"
      })
      // by hand: 0..11 rounded is ten 0 and two 10; plus 1: 32, plus 2: 44; 0..11 sums to 66
      assert.deepStrictEqual(yield* numbersIn(root, outputOf(first, "d")), [32, 44, 66])
      const second = yield* run(chain, { root })
      assert.deepStrictEqual(new Set(Object.values(statuses(second))), new Set(["hit"]))
      assert.deepStrictEqual(outputOf(second, "d"), outputOf(first, "d"))
      assert.notInclude(typesOf(second), "node-started")
    })
  )

  it.live("stops the wave where the same artifact comes out again", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      yield* run(chain, { root })
      const changed = yield* run(chain.replace("count: 12", "count: 12, from: 0.5"), { root })
      assert.deepStrictEqual(statuses(changed), {
        a: "ran",
        b: "ran",
        "c[by=1]": "hit",
        "c[by=2]": "hit",
        d: "ran"
      })
    })
  )

  it.live("gives the same digests in two empty stores", () =>
    Effect.gen(function* () {
      const [one, two] = [yield* temporary, yield* temporary]
      const seeded = `a: { uses: "./stages.ts#source", with: { seeded: true } }`
      yield* run(seeded, { root: one })
      yield* run(seeded, { root: two })
      assert.deepStrictEqual(yield* objects(one), yield* objects(two))
    })
  )

  it.live("shares a store between two runs at once", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const slow = `a: { uses: "./stages.ts#slow", with: { steps: 10, stepMillis: 40 } }`
      const both = yield* Effect.all([run(slow, { root }), run(slow, { root })], { concurrency: 2 })
      assert.deepStrictEqual(
        both.map(({ result }) => result.status),
        ["done", "done"]
      )
      assert.deepStrictEqual(outputOf(both[0], "a"), outputOf(both[1], "a"))
      assert.lengthOf(yield* objects(root), 1)
      assert.lengthOf(yield* Records.list(root), 2)
    })
  )

  it.live("keeps what a stage prints in the log of its workspace, and passes its log lines on", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const ran = yield* run(`a: { uses: "./stages.ts#prepared" }`, { root })
      const log = readFileSync(ran.result.nodes[0]?.log ?? "", "utf8")
      assert.include(log, "printed by the stage")
      assert.include(log, "Info: logged by the stage")
      assert.deepStrictEqual(
        ran.events.filter(isOf("log")).map(({ level, message }) => ({ level, message })),
        [{ level: "Info", message: "logged by the stage" }]
      )
    })
  )

  it.live("prepares the stages that run, before they do, and no others", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const nodes = `a: { uses: "./stages.ts#prepared" }`
      const types = typesOf(yield* run(nodes, { root }))
      assert.isBelow(types.indexOf("prepare-progress"), types.indexOf("prepare-finished"))
      assert.isBelow(types.indexOf("prepare-finished"), types.indexOf("node-started"))
      assert.notInclude(typesOf(yield* run(nodes, { root })), "prepare-progress")
    })
  )

  it.live("says planned first and run-finished last, and shows progress between", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const ran = yield* run(`a: { uses: "./stages.ts#source", with: { count: 2 } }`, { root })
      assert.deepStrictEqual(typesOf(ran).slice(-1), ["run-finished"])
      assert.strictEqual(typesOf(ran)[0], "planned")
      assert.deepStrictEqual(ran.events.findLast(isOf("progress"))?.progress, {
        done: 2,
        total: 2,
        unit: "numbers"
      })
    })
  )

  it.live("lets a node that asks for more than there is run alone, with all of it and a warning", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const ran = yield* run(`a: { uses: "./stages.ts#greedy" }`, { root, cpus: 2, memoryBytes: 1e9 })
      assert.include(ran.events.find(isOf("warning"))?.message, "it runs alone")
      assert.deepStrictEqual(yield* numbersIn(root, outputOf(ran, "a")), [2, 2])
    })
  )
})

const faulty = (how: string, more = "") =>
  `s: { uses: "./stages.ts#source" }\nf: { uses: "./stages.ts#faulty", with: { how: ${how} }, in: { numbers: s }${more} }`

/** Fails on its first attempt only. */
const once = (how: string) => faulty(how, ", retries: 1").replace("how:", "once: true, how:")

/** A failing node, one below it, one beside it that takes its time, and one after that. */
const besides = (stepMillis: number) => `${faulty("data")}
below: { uses: "./stages.ts#add", with: { by: 1 }, in: { numbers: f } }
beside: { uses: "./stages.ts#slow", with: { steps: 100, stepMillis: ${stepMillis} } }
after: { uses: "./stages.ts#add", with: { by: 1 }, in: { numbers: beside } }`

describe("failures", { timeout }, () => {
  it.live("have a category, a fact and the last lines of the log", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const expected = {
        data: ["data", "Empty"],
        disk: ["resource", "StorageFailed"],
        throw: ["crashed", "Defect"],
        exit: ["crashed", "ProcessExited"],
        kill: ["crashed", "ProcessKilled"],
        heap: ["resource", "OutOfMemory"]
      }
      for (const [how, [category, fact]] of Object.entries(expected)) {
        const ran = yield* run(faulty(how), { root })
        const failure = failureOf(ran, "f")
        assert.deepStrictEqual([failure?.category, failure?.fact], [category, fact], how)
        assert.strictEqual(ran.result.status, "failed")
        if (how === "exit") assert.include(failure?.problem, "exit status 7:\nabout to exit")
        if (how === "kill") assert.include(failure?.problem, "signal SIGKILL:\nabout to kill")
        if (how === "disk") assert.include(failure?.advice, "inkstone gc")
      }
      const records = yield* Records.list(root)
      assert.deepStrictEqual(
        new Set(records.map(({ status }) => status)),
        new Set(["done", "data", "resource", "crashed"])
      )
      assert.lengthOf(yield* objects(root), 1)
    })
  )

  it.live("take no longer than the node's time limit", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const ran = yield* run(faulty("hang", ", timeoutMinutes: 0.02"), { root })
      assert.strictEqual(failureOf(ran, "f")?.category, "timed-out")
    })
  )

  it.live("end a process that does not stop when its time is up and its grace as well", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const ran = yield* run(faulty("stubborn", ", timeoutMinutes: 0.02"), { root, graceMillis: 200 })
      assert.strictEqual(failureOf(ran, "f")?.category, "timed-out")
      const workspaces = readdirSync(path.join(root, "work")).map((key) => path.join(root, "work", key))
      const tried = workspaces.find((folder) => existsSync(path.join(folder, "tried.txt")))
      assert.isFalse(existsSync(path.join(tried ?? "", "worker.json")))
    })
  )

  it.live("block what stands below; the rest goes on with keepGoing and is cancelled without", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      // a minute: it cannot be done before the failure is known, however busy the machine is
      const stopped = yield* run(besides(600), { root, jobs: 2 })
      assert.deepStrictEqual(statuses(stopped), {
        s: "ran",
        f: "failed",
        below: "blocked",
        beside: "cancelled",
        after: "cancelled"
      })
      const on = yield* run(besides(2), { root, jobs: 2, keepGoing: true })
      assert.deepStrictEqual(statuses(on), {
        s: "hit",
        f: "failed",
        below: "blocked",
        beside: "ran",
        after: "ran"
      })
      assert.strictEqual(on.result.status, "failed")
    })
  )

  it.live("are tried again where that may help, under the same key", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const crashed = yield* run(once("exit"), { root })
      assert.strictEqual(statuses(crashed)["f"], "ran")
      assert.strictEqual(crashed.events.find(isOf("node-retrying"))?.failure.category, "crashed")
      const records = yield* Records.list(root)
      const keys = records.filter(({ node }) => node === "f").map(({ key, status }) => ({ key, status }))
      assert.deepStrictEqual(
        keys.map(({ status }) => status),
        ["crashed", "done"]
      )
      assert.strictEqual(keys[0]?.key, keys[1]?.key)
      const data = yield* run(once("data"), { root })
      assert.strictEqual(statuses(data)["f"], "failed")
    })
  )

  it.live("of source files that are not there are data failures", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const ran = yield* run(`a: { uses: "./stages.ts#source", with: { files: [nowhere.txt] } }`, { root })
      assert.strictEqual(failureOf(ran, "a")?.category, "data")
      assert.include(failureOf(ran, "a")?.problem, "nowhere.txt")
    })
  )
})

describe("a broken artifact", { timeout }, () => {
  it.live("is put into quarantine and made again when it is found while planning", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const first = yield* run(chain, { root })
      const { kind, digest } = outputOf(first, "b")
      writeFileSync(path.join(root, "objects", kind, digest, "numbers.arrow"), "not arrow")
      const second = yield* run(chain, { root })
      assert.strictEqual(statuses(second)["b"], "ran")
      assert.deepStrictEqual(outputOf(second, "d"), outputOf(first, "d"))
      assert.lengthOf(readdirSync(path.join(root, "quarantine")), 1)
    })
  )

  it.live("is made again when a worker finds it, and the worker's node goes on", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const nodes = `
a: { uses: "./stages.ts#source" }
b: { uses: "./stages.ts#slow", with: { steps: 5 } }
c: { uses: "./stages.ts#pair", in: { left: a, right: b } }`
      const made = yield* pipeline(nodes)
      yield* run(made, { root, only: ["a"] })
      // between the plan, where `a` is a hit, and the start of `c`
      const spoil = (event: RunEvent) =>
        Effect.sync(() => {
          if (event.type !== "node-started" || event.node !== "b") return
          const folder = path.join(root, "objects", "test-numbers")
          for (const digest of readdirSync(folder))
            writeFileSync(path.join(folder, digest, "numbers.arrow"), "x")
        })
      const events: Array<RunEvent> = []
      const result = yield* Runner.run(made, {
        root,
        onEvent: (event) =>
          Effect.andThen(
            spoil(event),
            Effect.sync(() => void events.push(event))
          )
      })
      assert.deepStrictEqual(statuses({ result, events }), { a: "ran", b: "ran", c: "ran" })
      assert.include(events.find(isOf("warning"))?.message, "of a is corrupt: it is made again")
      const [other] = [yield* temporary]
      const fresh = yield* run(made, { root: other })
      assert.deepStrictEqual(outputOf({ result, events }, "c"), outputOf(fresh, "c"))
    })
  )
})

describe("interruption", { timeout }, () => {
  it.live("lets children leave a checkpoint, seals nothing, and says cancelled", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const nodes = `a: { uses: "./stages.ts#slow", with: { steps: 500, stepMillis: 20 } }`
      const events: Array<RunEvent> = []
      const made = yield* pipeline(nodes)
      const onEvent = (event: RunEvent) => Effect.sync(() => void events.push(event))
      const fiber = yield* Effect.forkChild(Runner.run(made, { root, onEvent }))
      while (!events.some(isOf("progress"))) yield* Effect.sleep(20)
      yield* Fiber.interrupt(fiber)
      const last = events.at(-1)
      assert.isTrue(last?.type === "run-finished" && last.result.status === "cancelled")
      const [record] = yield* Records.list(root)
      assert.strictEqual(record?.status, "cancelled")
      const workspace = path.join(root, "work", record?.key ?? "")
      assert.strictEqual(readFileSync(path.join(workspace, "stopped.txt"), "utf8"), "cleanly")
      assert.isFalse(existsSync(path.join(workspace, "worker.json")))
      assert.isEmpty(yield* objects(root))
    })
  )

  it.live("hands jobs to whatever executor is put in place of the local one", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const jobs: Array<Job> = []
      const ran = yield* run(`a: { uses: "./stages.ts#source" }`, { root }).pipe(
        Effect.provideService(Executor, {
          execute: (job) => {
            jobs.push(job)
            return Effect.succeed({ numbers: { kind: "test-numbers", digest: "0".repeat(64) } })
          }
        })
      )
      assert.deepStrictEqual(statuses(ran), { a: "ran" })
      assert.deepStrictEqual(JSON.parse(JSON.stringify(jobs)), jobs)
    })
  )
})
