// Our side: see Sides.ts for what it is asked.
import * as fs from "node:fs"
import { join } from "node:path"
import { createInterface } from "node:readline"
import { BpeTrainer, parseTokenizerJson, type TextTokenizer, toJson } from "@inkstone/tokenizer"
import { bytesWorthThreads, WordCounter } from "@inkstone/tokenizer/threads/WordCounter"
import { EncodePool } from "@inkstone/tokenizer/threads/EncodePool"
import { parseRanks, rankEncodings } from "@inkstone/tokenizer/tiktoken/RankFile"
import { Effect, Schema } from "effect"
import { bytesOf } from "./Corpora.ts"
import { spent } from "./Spent.ts"

const Setup = Schema.Struct({
  documents: Schema.String,
  data: Schema.String,
  threads: Schema.Int,
  tokenizer: Schema.optionalKey(
    Schema.Union([
      Schema.Struct({ ranks: Schema.Literals(["r50k_base", "cl100k_base", "o200k_base"]) }),
      Schema.Struct({ json: Schema.String })
    ])
  )
})
const Work = Schema.Union([
  Schema.Struct({ work: Schema.Literal("encode") }),
  Schema.Struct({ work: Schema.Literal("train"), vocabSize: Schema.Int })
])
const decodeSetup = Schema.decodeUnknownSync(Schema.fromJsonString(Setup))
const decodeWork = Schema.decodeUnknownSync(Schema.fromJsonString(Work))

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const say = (answer: unknown) => process.stdout.write(`${JSON.stringify(answer)}\n`)
const { data, documents: path, threads, tokenizer: source } = decodeSetup((await lines.next()).value)

const documents: Array<string> = []
for await (const line of createInterface({ input: fs.createReadStream(path) }))
  documents.push(String(JSON.parse(line)))

const load = (): TextTokenizer | undefined => {
  if (source === undefined) return undefined
  if ("json" in source) return Effect.runSync(parseTokenizerJson(fs.readFileSync(source.json, "utf8")))
  const file = `${source.ranks}.tiktoken`
  const text = fs.readFileSync(join(data, "gpt-tokenizer/data", file), "utf8")
  return Effect.runSync(parseRanks(text, rankEncodings[source.ranks], file))
}
const tokenizer = load()
const pool =
  tokenizer !== undefined && threads > 1 ? new EncodePool(tokenizer, toJson(tokenizer), threads) : undefined

/** A portion of the documents, as the encode stage hands them out. */
function* portions() {
  let texts: Array<string> = []
  let units = 0
  for (const text of documents) {
    texts.push(text)
    units += text.length
    if (units < 2 ** 20) continue
    yield texts
    texts = []
    units = 0
  }
  if (texts.length > 0) yield texts
}

const encodeAll = async (): Promise<ReadonlyArray<ArrayLike<number>>> => {
  if (tokenizer === undefined) return []
  if (pool === undefined) return documents.map((text) => tokenizer.encode(text))
  const tasks = await Promise.all(Array.from(portions(), (texts) => pool.encode({ texts })))
  // without the end-of-text of each
  return tasks.flatMap(({ ids, tokens }) => {
    let at = 0
    return Array.from(tokens, (count) => {
      at += count
      return ids.subarray(at - count, at - 1)
    })
  })
}

const encode = async () => {
  const { result, ...seconds } = await spent(encodeAll)
  let [tokens, checksum] = [0, 0]
  for (const ids of result) {
    tokens += ids.length
    for (let place = 0; place < ids.length; place++) checksum = (checksum + place * ids[place]!) % 2 ** 32
  }
  return { ...seconds, tokens, checksum }
}

const train = async (vocabSize: number) => {
  const before = process.memoryUsage.rss()
  const { result: pieces, ...seconds } = await spent(async () => {
    const trainer = new BpeTrainer({
      vocabSize,
      minFrequency: 2,
      pattern: "gpt2",
      endOfText: "<|endoftext|>"
    })
    const settings = { pattern: "gpt2", limits: { bytes: 2 ** 26 } } as const
    const enough = bytesOf(documents) < bytesWorthThreads ? 1 : threads
    const counter = new WordCounter(settings, enough, (words) => trainer.addCounted(words))
    for (const text of documents) await counter.add(text)
    await counter.finish()
    await counter.close()
    while (!trainer.advance(1000));
    return trainer.vocabulary().pieces.length
  })
  return { ...seconds, pieces, bytes: process.resourceUsage().maxRSS * 1024 - before }
}

say({ name: "inkstone" })
for await (const line of lines) {
  const work = decodeWork(line)
  say(work.work === "encode" ? await encode() : await train(work.vocabSize))
}
