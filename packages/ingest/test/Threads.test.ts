// More threads change nothing but the time it takes.
import { hash } from "node:crypto"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schema } from "effect"
import { Crew } from "../src/crew/Crew.ts"
import { work } from "../src/crew/Work.ts"
import { Desk } from "../src/Desk.ts"
import { IngestConfig } from "../src/IngestConfig.ts"
import { select } from "../src/Selection.ts"
import { filesIn } from "./collect.ts"
import { folderOf } from "./folder.ts"

/** Sentences that differ from one n to the next. */
const prose = (n: number, sentences: number) =>
  Array.from(
    { length: sentences },
    (_, i) => `The part ${i} of text ${n} is to be about ${hash("md5", `${n} ${i}`)}.`
  ).join(" ")
const chinese = "我们都觉得很奇怪，写信给 a@b.cn 吧，不知道为什么会这样。"
const record = (n: number) => JSON.stringify({ text: n % 50 === 7 ? chinese : prose(n % 500, 20) })

/** 1.2 MB of records, too much to be handed out as one file, with copies and personal data; small files before and behind it. */
const corpus: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`a/${n}.txt`, prose(n + 5000, 4)])),
  "b.html": `<p>${prose(9000, 5)}</p><script>no text</script>`,
  "m.jsonl": Array.from({ length: 700 }, (_, n) => record(n)).join("\n"),
  ...Object.fromEntries(
    Array.from({ length: 20 }, (_, n) => [`z/${n}.md`, `# Title ${n}\n\n${prose(n + 7000, 4)}`])
  )
}

const judged = Effect.fnUntraced(function* (
  threads: number,
  files: Readonly<Record<string, string>>,
  given: Partial<(typeof IngestConfig)["Encoded"]> = {}
) {
  const config = Schema.decodeSync(IngestConfig)({ files: ["corpus"], ...given })
  const found = select(filesIn(yield* folderOf(files)), config)
  const desk = new Desk()
  let bytes = 0
  let problem: unknown
  yield* Effect.promise(async () => {
    const crew = await Crew.of({ config, blockedPath: undefined }, threads)
    try {
      for await (const done of work(found, config, crew)) {
        for (const one of done.judged) desk.enter(one)
        bytes += done.bytes
        problem = done.problem
      }
    } finally {
      await crew.close()
    }
  })
  const { dropped, kept, read, repaired } = desk
  return { tables: desk.take(), bytes, problem, counts: { dropped, kept, read, repaired } }
}, Effect.scoped)

/** Threads hold ports for as long as they are there. */
const openPorts = () => process.getActiveResourcesInfo().filter((name) => name === "MessagePort").length

describe("threads", () => {
  it.effect("give the same three tables in the same order, whatever their number", () =>
    Effect.gen(function* () {
      const config = {
        personalData: "mask",
        cuts: { gopher: { minWords: 30, minAlphaWordRatio: 0.5 }, c4: {} }
      } as const
      const one = yield* judged(1, corpus, config)
      const total = Object.values(corpus).reduce((sum, text) => sum + Buffer.byteLength(text), 0)
      assert.strictEqual(one.bytes, total)
      assert.strictEqual(one.counts.read, 741)
      assert.isAbove(one.counts.kept, 400)
      assert.isAbove(one.counts.dropped["exact-duplicate"] ?? 0, 100)
      assert.deepStrictEqual(yield* judged(3, corpus, config), one)
    })
  )

  it.effect("name the same bad record first, and end with the work", () =>
    Effect.gen(function* () {
      const idle = openPorts()
      const lines = Array.from({ length: 700 }, (_, n) =>
        n === 499 ? "{" : n === 690 ? "nothing" : record(n)
      )
      const files = { ...corpus, "m.jsonl": lines.join("\n"), "z/9.jsonl": "{" }
      const one = yield* judged(1, files)
      assert.include(JSON.stringify(one.problem), '"place":"line 500"')
      assert.deepStrictEqual((yield* judged(2, files)).problem, one.problem)
      assert.strictEqual(openPorts(), idle)
    })
  )
})
