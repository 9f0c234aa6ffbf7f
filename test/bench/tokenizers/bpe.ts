// Byte-level BPE: encoding with published vocabularies, and learning new ones.
import type { BenchOptions, Row } from "../Row.ts"
import * as Peer from "../Peer.ts"
import * as Corpora from "./Corpora.ts"
import { encodeRows, type EncodeWork, median } from "./Measure.ts"
import { Corpus, Side, type Trained } from "./Sides.ts"

type Wanted = (work: string) => boolean

const encoding = async (options: BenchOptions, wanted: Wanted): Promise<ReadonlyArray<Row>> => {
  using english = new Corpus(Corpora.speeches())
  using chinese = new Corpus(Corpora.classics())
  const gpt2 = { ranks: "r50k_base" }
  const works: ReadonlyArray<EncodeWork> = [
    {
      work: "encode GPT-2 BPE, SOTU",
      corpus: english,
      tokenizer: gpt2,
      threads: 1,
      peers: ["tokenizers", "tiktoken", "gpt-tokenizer"]
    },
    ...["cl100k_base", "o200k_base"].map((ranks): EncodeWork => ({
      work: `encode ${ranks}, SOTU`,
      corpus: english,
      tokenizer: { ranks },
      threads: 1,
      peers: ["tiktoken", "gpt-tokenizer"]
    })),
    {
      work: "encode GPT-2 BPE, Chinese classics",
      corpus: chinese,
      tokenizer: gpt2,
      threads: 1,
      peers: ["tokenizers", "tiktoken", "gpt-tokenizer"]
    },
    ...["cl100k_base", "o200k_base"].map((ranks): EncodeWork => ({
      work: `encode ${ranks}, Chinese classics`,
      corpus: chinese,
      tokenizer: { ranks },
      threads: 1,
      peers: ["tiktoken", "gpt-tokenizer"]
    })),
    {
      work: "encode GPT-2 BPE, SOTU",
      corpus: english,
      tokenizer: gpt2,
      threads: 2,
      peers: ["tokenizers", "tiktoken"]
    }
  ]
  const rows: Array<Row> = []
  for (const work of works) if (wanted(work.work)) rows.push(...(await encodeRows(work, options)))
  return rows
}

interface Training {
  readonly work: string
  readonly documents: () => ReadonlyArray<string>
  readonly vocabSize: number
}

const trainings = (quick: boolean): ReadonlyArray<Training> => [
  { work: "train 32k BPE, 10.8 MB English (SOTU)", documents: Corpora.speeches, vocabSize: 2 ** 15 },
  ...(quick
    ? []
    : [
        {
          work: "train 32k BPE, 100 MB English (SOTU with edits)",
          documents: () => Corpora.moreEnglish(100e6),
          vocabSize: 2 ** 15
        },
        {
          work: "train 16k BPE, 50 MB Chinese (classics with edits)",
          documents: () => Corpora.moreChinese(50e6),
          vocabSize: 2 ** 14
        }
      ])
]

/** Once for each round in a new process: what was learned before, and its memory, must not help or hurt. */
const train = async (library: "inkstone" | "tokenizers", corpus: Corpus, training: Training) => {
  const side = await Side.start(library, corpus, { threads: 2 })
  if (side === undefined) return undefined
  try {
    return { name: side.name, trained: await side.train(training.vocabSize) }
  } finally {
    side.close()
  }
}

const trainRows = async (training: Training, { quick, report, rounds }: BenchOptions) => {
  using corpus = new Corpus(training.documents())
  const ours: Array<Trained> = []
  const theirs: Array<Trained> = []
  let peerName = Peer.advice
  // the large ones take minutes on the other side
  for (let round = 0; round < (quick ? 1 : Math.min(rounds, 3)); round++) {
    const own = await train("inkstone", corpus, training)
    const other = await train("tokenizers", corpus, training)
    if (own !== undefined) ours.push(own.trained)
    if (other === undefined) continue
    theirs.push(other.trained)
    peerName = other.name
  }
  const pieces = new Set([...ours, ...theirs].map(({ pieces }) => pieces))
  if (pieces.size > 1) throw new Error(`${training.work}: ${[...pieces].join(" and ")} pieces`)
  const row = (work: string, unit: string, of: (trained: Trained) => number): Row => {
    const own = median(ours.map(of))
    if (theirs.length === 0) return { work, unit, ours: own, peerName }
    const peer = median(theirs.map(of))
    return { work, unit, ours: own, peer, peerName, ratio: peer / own }
  }
  const rows = [
    row(`${training.work}, two cores`, "s", ({ wall }) => wall),
    row(`${training.work}, processor`, "CPU s", ({ cpu }) => cpu),
    row(`${training.work}, memory beyond the documents`, "MB", ({ bytes }) => bytes / 1e6)
  ]
  for (const each of rows) report(each)
  return rows
}

export const bpe = async (options: BenchOptions, wanted: Wanted): Promise<ReadonlyArray<Row>> => {
  const rows = [...(await encoding(options, wanted))]
  for (const training of trainings(options.quick))
    if (wanted(training.work)) rows.push(...(await trainRows(training, options)))
  return rows
}
