// Spreading over threads changes nothing but the time.
import { type ArtifactRef, Store, Tokenizer, Tokens } from "@inkstone/artifact"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Exit, Fiber } from "effect"
import { once } from "node:events"
import * as fs from "node:fs"
import * as path from "node:path"
import { setTimeout } from "node:timers/promises"
import type { Worker } from "node:worker_threads"
import { byteLevelBpe, encode, toJson } from "../src/index.ts"
import { BpeTrainer } from "../src/BpeTrainer.ts"
import { WordCounts } from "../src/internal/WordCounts.ts"
import { wordEnd } from "../src/Pattern.ts"
import { EncodePool } from "../src/threads/EncodePool.ts"
import { WordCounter } from "../src/threads/WordCounter.ts"
import { type Document, runStage, seal, store } from "./documents.ts"
import { integers, randomText } from "./texts.ts"

const tokenizer = (() => {
  const next = integers(97)
  const trainer = new BpeTrainer({
    vocabSize: 700,
    minFrequency: 2,
    pattern: "gpt2",
    endOfText: "<|endoftext|>"
  })
  for (let i = 0; i < 300; i++) trainer.add(`${randomText(next)} the state of the Union`)
  while (!trainer.advance(1000));
  return byteLevelBpe(trainer.vocabulary())
})()
const json = toJson(tokenizer)

const sealTokenizer = Effect.fnUntraced(function* () {
  const place = yield* Store
  const draft = yield* place.draft(Tokenizer)
  yield* draft.append("files", { name: ["tokenizer.json"], content: [json] })
  yield* draft.describe({
    type: "byte-bpe",
    vocabSize: tokenizer.vocabSize,
    endOfTextId: tokenizer.endOfTextId,
    trainedOnBytes: 0
  })
  return yield* place.seal(draft)
}, Effect.scoped)

/** Enough for threads to be worth their while, one of them too long for a task. */
const documents = (() => {
  const next = integers(101)
  return Array.from({ length: 60 }, (_, i): Document => {
    const text = Array.from({ length: 1 + next(20) }, () => randomText(next)).join(" the ")
    const length = i === 40 ? 2 ** 21 + 5 : next(4) === 0 ? text.length : next(400_000)
    return { text: text.padEnd(length, "union of states "), split: "train" }
  })
})()

const withThreads = <A, E, R>(threads: number, effect: Effect.Effect<A, E, R>) =>
  Effect.acquireUseRelease(
    Effect.sync(() => {
      const before = process.env["OMP_NUM_THREADS"]
      process.env["OMP_NUM_THREADS"] = `${threads}`
      return before
    }),
    () => effect,
    (before) =>
      Effect.sync(() => {
        if (before === undefined) delete process.env["OMP_NUM_THREADS"]
        else process.env["OMP_NUM_THREADS"] = before
      })
  )

const filesOf = (directory: string) =>
  fs
    .readdirSync(directory)
    .filter((name) => name.endsWith(".arrow"))
    .map((name) => [name, fs.readFileSync(path.join(directory, name))] as const)

const encodeWith = (threads: number, inputs: Readonly<Record<string, ArtifactRef>>) =>
  withThreads(threads, runStage(encode, {}, inputs))

describe("threads that encode", () => {
  it.effect("make the same files, to the byte, whatever their number, in the order of the documents", () =>
    Effect.gen(function* () {
      const place = yield* Store
      const inputs = { documents: yield* seal(documents, 30), tokenizer: yield* sealTokenizer() }
      const made: Array<ReadonlyArray<readonly [string, Buffer]>> = []
      for (const threads of [1, 2, 3]) {
        const { made: outputs, progress } = yield* encodeWith(threads, inputs)
        const artifact = yield* place.open(Tokens, outputs["tokens"]!.digest)
        assert.deepStrictEqual(
          (yield* artifact.read("documents")).id,
          documents.map((_, i) => `d${i}`)
        )
        assert.deepStrictEqual(
          progress.map(({ done }) => done),
          progress.map(({ done }) => done).toSorted((a, b) => a - b)
        )
        assert.strictEqual(progress.at(-1)?.done, progress.at(-1)?.total)
        made.push(filesOf(artifact.directory))
        // the next one writes its own
        yield* place.remove(artifact)
      }
      assert.isAbove(made[0]!.length, 1)
      for (const files of made) {
        assert.deepStrictEqual(
          files.map(([name]) => name),
          made[0]!.map(([name]) => name)
        )
        for (const [i, [, bytes]] of files.entries()) assert.isTrue(bytes.equals(made[0]![i]![1]))
      }
    }).pipe(Effect.provide(store))
  )

  it("give what one thread gives, offsets and all", async () => {
    const [one, three] = [new EncodePool(tokenizer, json, 1), new EncodePool(tokenizer, json, 3)]
    try {
      const tasks = Array.from({ length: 12 }, (_, i) => ({
        texts: documents.slice(i, i + 3).map(({ text }) => text.slice(0, 3000))
      }))
      const answers = await Promise.all(tasks.map((task) => three.encode(task)))
      for (const [i, task] of tasks.entries()) assert.deepStrictEqual(answers[i], await one.encode(task))
    } finally {
      await three.close()
    }
  })

  it("tell of the one that died, to every task that waits and to those that come", async () => {
    const pool = new EncodePool(tokenizer, `{"model": 1}`, 2)
    try {
      const answers = await Promise.allSettled([1, 2, 3, 4].map(() => pool.encode({ texts: ["a"] })))
      assert.deepStrictEqual(
        answers.map(({ status }) => status),
        ["rejected", "rejected", "rejected", "rejected"]
      )
      const later = await pool.encode({ texts: ["a"] }).catch((cause: unknown) => cause)
      assert.include(String(later), "model")
    } finally {
      await pool.close()
    }
  })

  it.effect("end with the stage when it is interrupted", () =>
    Effect.gen(function* () {
      const inputs = { documents: yield* seal(documents, 30), tokenizer: yield* sealTokenizer() }
      const started: Array<Worker> = []
      const note = (worker: Worker) => started.push(worker)
      process.on("worker", note)
      const fiber = yield* Effect.forkChild(encodeWith(2, inputs))
      while (started.length < 2) yield* Effect.promise(() => setTimeout(5))
      const ended = Promise.all(started.map((worker) => once(worker, "exit")))
      yield* Fiber.interrupt(fiber)
      process.off("worker", note)
      assert.isTrue(Exit.hasInterrupts(yield* Fiber.await(fiber)))
      assert.strictEqual((yield* Effect.promise(() => ended)).length, 2)
    }).pipe(Effect.provide(store))
  )
})

describe("threads that count words", () => {
  const next = integers(103)
  const texts = Array.from({ length: 9 }, () =>
    Array.from({ length: 30_000 }, () => ["the ", "Union of ", "天下", "之道也，"][next(4)])
      .join("")
      .concat(randomText(next), String(next(1000)))
      .repeat(4)
  )
  const countWith = async (threads: number, bytes: number) => {
    const words = new WordCounts(wordEnd("gpt2"), { bytes })
    const counter = new WordCounter({ pattern: "gpt2", limits: { bytes } }, threads, (counted) =>
      words.addCounted(counted)
    )
    try {
      for (const text of texts) await counter.add(text)
      await counter.finish()
    } finally {
      await counter.close()
    }
    return words
  }

  it("count what one thread counts, in the same order, also where words are cut for want of memory", async () => {
    for (const bytes of [2 ** 26, 2 ** 9]) {
      const one = await countWith(1, bytes)
      const three = await countWith(3, bytes)
      assert.isAbove(one.textBytes, 3 * 2 ** 20)
      assert.deepStrictEqual(three.counted(), one.counted())
      assert.strictEqual(three.longest, one.longest)
      assert.strictEqual(one.longest < 256, bytes === 2 ** 9)
    }
  })

  it("count what is counted without portions, as long as there is memory", async () => {
    const plain = new WordCounts(wordEnd("gpt2"), { bytes: 2 ** 26 })
    for (const text of texts) plain.add(text)
    assert.deepStrictEqual((await countWith(2, 2 ** 26)).counted(), plain.counted())
  })
})
