// Small artifacts of every kind that training stages read, of a text that can be learned.
import { Packed, Pairs, type PairTask, Tokenizer, Tokens, Words } from "@inkstone/artifact"
import { type Sample, sample } from "@inkstone/stage/testkit"
import { Effect } from "effect"
import { drawer } from "../feeds/sources.ts"

export const vocabSize = 40
const marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "<extra_id_1>", "<extra_id_0>"]
const endOfTextId = 3
/** Settings of every stage. */
export const tiny = {
  architecture: { layers: 1, heads: 2, channels: 16 },
  batchSize: 4,
  steps: 3,
  learningRate: 3e-3,
  evaluateEvery: 2,
  checkpointEvery: 2,
  precision: "float32",
  compile: false
} as const

export const tokenizer = sample(Tokenizer, {
  label: "tokenizer",
  attributes: {
    type: "wordpiece",
    vocabSize,
    endOfTextId,
    special: { bos: -1, pad: 0, unk: 1, cls: 2, sep: 3, mask: 4 },
    trainedOnBytes: 0
  },
  tables: {
    files: {
      name: ["tokenizer.json"],
      content: [
        JSON.stringify({ added_tokens: marks.map((content, id) => ({ id, content, special: true })) })
      ]
    }
  }
})

/** Words of two tokens, the second of which follows from the first. */
const text = (words: number, salt: number): ReadonlyArray<number> => {
  const draw = drawer(salt)
  return Array.from({ length: words }, () => 7 + 2 * draw(16)).flatMap((id) => [id, id + 1])
}

const encoded = (split: string, count: number, digest: string) => {
  const ids = Uint16Array.from([...text((count - 1) >> 1, split.length), endOfTextId])
  return sample(Tokens, {
    label: `${split}-tokens`,
    attributes: {
      split,
      vocabSize,
      endOfTextId,
      tokenizer: digest,
      documents: 1,
      tokens: ids.length,
      bytes: 3 * ids.length
    },
    tables: {
      ids: { id: ids, offset: Uint32Array.from(ids, (_, i) => 3 * i) },
      documents: {
        id: [split],
        source: ["made up"],
        start: Uint32Array.of(0),
        tokens: Uint32Array.of(ids.length),
        bytes: Uint32Array.of(3 * ids.length)
      }
    }
  })
}

/** Tokens that the tokenizer made. */
export const tokens = (split: string, count: number): Sample => ({
  label: `${split}-tokens`,
  make: Effect.flatMap(tokenizer.make, ({ digest }) => encoded(split, count, digest).make)
})

/** Where their words begin. */
export const words = (split: string, count: number): Sample => ({
  label: `${split}-words`,
  make: Effect.flatMap(tokens(split, count).make, ({ digest }) => {
    const start = Uint8Array.from({ length: count }, (_, i) => (i + 1) % 2)
    return sample(Words, {
      attributes: { split, tokens: count, words: count >> 1, of: digest, tokenizer: "7".repeat(64) },
      tables: { starts: { start } }
    }).make
  })
})

/** Two documents a row, of which the second half is learned. */
export const packed = (split: string, rows: number) => {
  const T = 16
  const ids = text((rows * T) / 2, split.length)
  return sample(Packed, {
    label: `${split}-rows`,
    attributes: {
      policy: "best-fit",
      split,
      contextLength: T,
      rows,
      documents: 2 * rows,
      bytes: rows * T,
      tokens: rows * T,
      contextTokens: 0,
      padding: 0,
      lossTokens: (rows * T) / 2,
      cutDocuments: 0,
      cutTokens: 0,
      vocabSize,
      endOfTextId,
      padId: 0,
      tokenizer: "7".repeat(64)
    },
    tables: {
      tokens: {
        id: Uint16Array.from(ids),
        segment: Uint16Array.from(ids, (_, i) => 1 + (Math.floor(i / 8) % 2)),
        position: Uint16Array.from(ids, (_, i) => i % 8),
        loss: Uint8Array.from(ids, (_, i) => (i % 8 >= 4 ? 1 : 0))
      }
    }
  })
}

type Texts = ReadonlyArray<ReadonlyArray<number>>
const lengths = (texts: Texts) => Uint32Array.from(texts, ({ length }) => length)
const total = (texts: Texts) => texts.flat().length
const places = (texts: Texts) => Uint32Array.from(texts, (_, i) => total(texts.slice(0, i)))

/** Texts of 4 to 13 tokens; what is asked for follows from their second token. */
export const pairs = (task: PairTask, split: string, count: number, digest = "7".repeat(64)) => {
  const draw = drawer(split.length)
  const inputs = Array.from({ length: count }, () => [2, 7 + draw(4), ...text(1 + draw(5), draw(99)), 3])
  const isLabelled = task === "classification" || task === "token-classification"
  const targets = inputs.map(([, id = 0]) => (task === "text-to-text" ? [id, 7 + ((id - 7) ^ 1), 3] : []))
  const column = (is: PairTask, of: (id: number) => number) =>
    Int32Array.from(inputs, ([, id = 0]) => (task === is ? of(id) : -1))
  return sample(Pairs, {
    label: `${split}-pairs`,
    attributes: {
      task,
      split,
      examples: count,
      rows: count,
      inputTokens: total(inputs),
      targetTokens: total(targets),
      inputLength: 16,
      targetLength: 16,
      targetBytes: 2 * total(targets),
      vocabSize,
      endOfTextId,
      padId: 0,
      tokenizer: digest
    },
    tables: {
      inputs: {
        id: Uint16Array.from(inputs.flat()),
        segment: new Uint8Array(total(inputs)).fill(task === "question-answering" ? 1 : 0)
      },
      tags: {
        label: Int32Array.from(task === "token-classification" ? inputs.flat() : [], (id) =>
          id < 7 ? -1 : id % 2
        )
      },
      targets: { id: Uint16Array.from(targets.flat()) },
      pairs: {
        id: inputs.map((_, i) => `${split}-${i}`),
        source: inputs.map(() => "made up"),
        input: places(inputs),
        inputTokens: lengths(inputs),
        target: places(targets),
        targetTokens: lengths(targets),
        label: column("classification", (id) => id % 2),
        answerStart: column("question-answering", (id) => 1 + (id % 2)),
        answerEnd: column("question-answering", (id) => 1 + (id % 2)),
        value: Float64Array.from(inputs, ([, id = 0]) => (task === "regression" ? id - 8.5 : 0))
      },
      labels: { name: isLabelled ? ["even", "odd"] : [] }
    }
  })
}
