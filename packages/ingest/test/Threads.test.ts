// More threads change nothing but the time it takes.
import { hash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Fiber, Logger } from "effect"
import { afterEach } from "vitest"
import { collect, filesIn } from "./collect.ts"
import { folderOf } from "./folder.ts"

type Files = Readonly<Record<string, string>>

const before = process.env["OMP_NUM_THREADS"]
afterEach(() => {
  if (before === undefined) delete process.env["OMP_NUM_THREADS"]
  else process.env["OMP_NUM_THREADS"] = before
})

/** Sentences that differ from one n to the next. */
const prose = (n: number, sentences: number) =>
  Array.from(
    { length: sentences },
    (_, i) => `The part ${i} of text ${n} is to be about ${hash("md5", `${n} ${i}`)}.`
  ).join(" ")
const record = (n: number) =>
  JSON.stringify({
    text: n % 50 === 7 ? "我们都觉得很奇怪，写信给 a@b.cn 吧，不知道为什么会这样。" : prose(n % 900, 60)
  })

/** 5 MB of records, with copies and personal data; small files before and behind it. */
const corpus: Files = {
  ...Object.fromEntries(Array.from({ length: 150 }, (_, n) => [`a/${n}.txt`, prose(n + 5000, 4)])),
  "b.html": `<p>${prose(9000, 5)}</p><script>no text</script>`,
  "m.jsonl": Array.from({ length: 1100 }, (_, n) => record(n)).join("\n"),
  ...Object.fromEntries(
    Array.from({ length: 50 }, (_, n) => [`z/${n}.md`, `# Title ${n}\n\n${prose(n + 7000, 4)}`])
  )
}

const withThreads = (threads: number, files: Files, config: Readonly<Record<string, unknown>> = {}) =>
  Effect.gen(function* () {
    process.env["OMP_NUM_THREADS"] = `${threads}`
    const progress: Array<number> = []
    const collected = yield* Effect.result(
      collect(filesIn(yield* folderOf(files)), config, ({ done }) => Effect.sync(() => progress.push(done)))
    )
    return { collected, progress }
  }).pipe(Effect.provide(Logger.layer([])))

describe("threads", () => {
  it.effect("give the same three tables in the same order, whatever their number", () =>
    Effect.gen(function* () {
      const config = {
        personalData: "mask",
        cuts: { gopher: { minWords: 30, minAlphaWordRatio: 0.5 }, c4: {} }
      }
      const one = yield* withThreads(1, corpus, config)
      const total = Object.values(corpus).reduce((sum, text) => sum + Buffer.byteLength(text), 0)
      assert.strictEqual(one.collected._tag, "Success", JSON.stringify(one.collected).slice(0, 300))
      for (const threads of [2, 3]) {
        const more = yield* withThreads(threads, corpus, config)
        assert.deepStrictEqual(more.collected, one.collected)
        assert.strictEqual(more.progress.at(-1), total)
        assert.deepStrictEqual(
          more.progress,
          more.progress.toSorted((a, b) => a - b)
        )
      }
      assert.strictEqual(one.progress.at(-1), total)
    })
  )

  it.effect("name the same bad record first", () =>
    Effect.gen(function* () {
      const lines = Array.from({ length: 1100 }, (_, n) =>
        n === 999 ? "{" : n === 1050 ? "nothing" : record(n)
      )
      const failures = []
      for (const threads of [1, 2]) {
        const { collected } = yield* withThreads(threads, {
          ...corpus,
          "m.jsonl": lines.join("\n"),
          "z/9.jsonl": "{"
        })
        failures.push(collected._tag === "Failure" ? collected.failure.message : "none")
      }
      assert.include(failures[0], "m.jsonl, line 1000")
      assert.strictEqual(failures[1], failures[0])
    })
  )

  it.effect("end with the run when it is interrupted", () =>
    Effect.gen(function* () {
      const idle = process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length
      const started = Promise.withResolvers<void>()
      process.env["OMP_NUM_THREADS"] = "2"
      const files = filesIn(yield* folderOf(corpus))
      const fiber = yield* Effect.forkChild(collect(files, {}, () => Effect.sync(() => started.resolve())))
      yield* Effect.promise(() => started.promise)
      yield* Fiber.interrupt(fiber)
      const left = process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length
      assert.strictEqual(left, idle)
    }).pipe(Effect.provide(Logger.layer([])))
  )
})
