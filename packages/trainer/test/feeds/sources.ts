// One source of each feed, over data that can be told apart: for laws that hold for all of them.
import type { HeldSource, TrainSource } from "../../src/Feed.ts"
import * as MaskedWindows from "../../src/feeds/MaskedWindows.ts"
import * as PackedRows from "../../src/feeds/PackedRows.ts"
import * as PairData from "../../src/feeds/PairData.ts"
import * as PairRows from "../../src/feeds/PairRows.ts"
import * as SpanWindows from "../../src/feeds/SpanWindows.ts"
import type { SpecialTokens } from "../../src/feeds/SpecialTokens.ts"
import * as TokenWindows from "../../src/feeds/TokenWindows.ts"

/** Numbers below `below` that look drawn: a linear congruential generator. */
export const drawer = (salt: number) => {
  let state = salt >>> 0
  return (below: number): number => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}

export const special: SpecialTokens = {
  ids: [0, 1, 2, 3, 4, 90, 91, 92, 93, 94, 95],
  endOfText: 3,
  pad: 0,
  cls: 2,
  sep: 3,
  mask: 4,
  sentinels: [95, 94, 93, 92, 91, 90]
}
export const vocabSize = 96

/** A run of ordinary tokens. */
export const run = (tokens: number, salt = 1): Uint16Array => {
  const draw = drawer(salt)
  return Uint16Array.from({ length: tokens }, () => 5 + draw(85))
}

export const maskedRun = (ids: Uint16Array, contextLength: number): MaskedWindows.MaskedRun => ({
  ids,
  contextLength,
  vocabSize,
  special,
  share: 0.15,
  hidden: 0.8,
  random: 0.1,
  masking: "dynamic",
  seed: 5
})

export const spanRun = (
  ids: Uint16Array,
  denoising: SpanWindows.SpanRun["denoising"]
): SpanWindows.SpanRun => ({
  ids,
  denoising,
  sourceLength: 20,
  noise: 0.15,
  meanSpan: 3,
  sentinels: special.sentinels,
  endOfTextId: special.endOfText,
  padId: special.pad,
  seed: 5
})

/** Rows of two or three segments and padding; every fifth has nothing to foretell. */
export const packed = (rows: number, T: number): PackedRows.PackedRows => {
  const draw = drawer(rows)
  const columns = {
    contextLength: T,
    id: new Uint16Array(rows * T),
    segment: new Uint16Array(rows * T),
    position: new Uint16Array(rows * T),
    loss: new Uint8Array(rows * T)
  }
  for (let row = 0; row < rows; row += 1) {
    let at = row * T
    const end = at + T - draw(3)
    for (let segment = 1; at < end; segment += 1)
      for (let place = 0, length = 2 + draw(T / 2); place < length && at < end; place += 1, at += 1) {
        columns.id[at] = 5 + draw(85)
        columns.segment[at] = segment
        columns.position[at] = place
        // 1 at the first token of a segment, too: a careless maker of rows must do no harm
        columns.loss[at] = row % 5 === 4 ? 0 : draw(2)
      }
  }
  return PackedRows.of(columns)
}

/** Lengths as those of sentences: most short, some long. */
export const sentenceLength = (draw: (below: number) => number, longest: number): number => {
  const normal = Array.from({ length: 12 }, () => draw(1e6) / 1e6).reduce((a, b) => a + b) - 6
  return Math.min(longest, Math.max(3, Math.round(Math.exp(3.4 + 0.8 * normal))))
}

export const pairs = (task: PairData.PairData["task"], count: number, longest = 64): PairData.PairData => {
  const draw = drawer(count)
  const sums = { input: 0, target: 0 }
  const rows = {
    input: new Uint32Array(count),
    inputTokens: new Uint32Array(count),
    target: new Uint32Array(count),
    targetTokens: new Uint32Array(count),
    label: new Int32Array(count),
    answerStart: new Int32Array(count),
    answerEnd: new Int32Array(count),
    value: new Float64Array(count)
  }
  for (let row = 0; row < count; row += 1) {
    const input = sentenceLength(draw, longest)
    const target = task === "text-to-text" ? Math.max(1, Math.round(input / 2)) : 0
    rows.input[row] = sums.input
    rows.target[row] = sums.target
    rows.inputTokens[row] = input
    rows.targetTokens[row] = target
    rows.label[row] = draw(3)
    rows.answerStart[row] = row % 4 === 0 ? -1 : draw(input)
    rows.answerEnd[row] = row % 4 === 0 ? -1 : input - 1
    rows.value[row] = draw(100) / 10
    sums.input += input
    sums.target += target
  }
  return PairData.of({
    task,
    inputs: {
      id: run(sums.input),
      segment: Uint8Array.from({ length: sums.input }, () => draw(2))
    },
    tags: Int32Array.from({ length: sums.input }, () => draw(4) - 1),
    targets: run(sums.target, 2),
    rows,
    labels: ["a", "b", "c"],
    padId: special.pad
  })
}

const tasks = [
  "text-to-text",
  "classification",
  "regression",
  "token-classification",
  "question-answering"
] as const

export interface Feed {
  readonly train: (batchSize: number, seed: number) => TrainSource
  readonly held: (mostTokens: number) => HeldSource
}

/** Every feed by name, over about `size` rows. */
export const feeds = (size: number): Readonly<Record<string, Feed>> => {
  const ids = run(size * 16 + 40)
  const windows = { ids, contextLength: 15 }
  const masked = maskedRun(ids, 16)
  const rows = packed(size, 14)
  return {
    TokenWindows: {
      train: (batchSize, seed) => TokenWindows.train(windows, { batchSize, seed }),
      held: (most) => TokenWindows.evaluate(windows, most)
    },
    MaskedWindows: {
      train: (batchSize, seed) => MaskedWindows.train(masked, { batchSize, seed }),
      held: (most) => MaskedWindows.evaluate(masked, most)
    },
    PackedRows: {
      train: (batchSize, seed) => PackedRows.train(rows, { batchSize, seed }),
      held: (most) => PackedRows.evaluate(rows, most)
    },
    ...Object.fromEntries(
      (["spans", "prefix", "deletion"] as const).map((denoising) => {
        const spans = spanRun(ids, denoising)
        return [
          `SpanWindows, ${denoising}`,
          {
            train: (batchSize: number, seed: number) => SpanWindows.train(spans, { batchSize, seed }),
            held: (most: number) => SpanWindows.evaluate(spans, most)
          }
        ]
      })
    ),
    ...Object.fromEntries(
      tasks.flatMap((task) => {
        const data = pairs(task, size)
        return (["length", "none"] as const).map((grouping) => {
          const layout = PairRows.layoutOf([data], { grouping, limit: 64 })
          const feed: Feed = {
            train: (batchSize, seed) => PairRows.train(data, layout, { batchSize, seed }),
            held: (most) => PairRows.evaluate(data, layout, most)
          }
          return [`PairRows, ${task}, grouped by ${grouping}`, feed] as const
        })
      })
    )
  }
}
