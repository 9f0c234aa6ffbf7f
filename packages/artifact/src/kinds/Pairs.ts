// Supervised examples of two sides: a text and what is asked about it, ready for an encoder, or an encoder and a decoder.
import { Schema } from "effect"
import { float64, int32, tokenId, uint32, uint8, utf8 } from "../Column.ts"
import * as Kind from "../Kind.ts"

/** What is on the other side: tokens of a text, a class, a place in the input, a number, or a label of each token. */
export const pairTasks = [
  "text-to-text",
  "classification",
  "question-answering",
  "regression",
  "token-classification"
] as const
export type PairTask = (typeof pairTasks)[number]

/** Version 1 knew neither numbers nor labels of tokens. */
const withValues: Kind.Upgrader = ({ attributes, tables }) => {
  const { pairs = {} } = tables
  const rows = pairs["input"] instanceof Uint32Array ? pairs["input"].length : 0
  return {
    attributes,
    tables: {
      ...tables,
      pairs: { ...pairs, value: new Float64Array(rows) },
      tags: { label: new Int32Array(0) }
    }
  }
}

export const Pairs = Kind.define({
  name: "pairs",
  version: 2,
  tables: {
    /** tokens of all inputs, one after another, special ones around them included */
    inputs: {
      id: tokenId,
      /** 0 for the first text and what is around it, 1 for the second */
      segment: uint8
    },
    /** `token-classification`: as many as `inputs`; row of the table `labels`, -1 for a token that has none */
    tags: { label: int32 },
    /** tokens of all targets (`text-to-text`), each closed by end-of-text */
    targets: { id: tokenId },
    /** one row an example, or a window of one that is too long */
    pairs: {
      /** of the example; windows of one share it */
      id: utf8,
      source: utf8,
      /** places of the first token and number of tokens in `inputs` */
      input: uint32,
      inputTokens: uint32,
      /** in `targets`; 0 tokens where the task has none */
      target: uint32,
      targetTokens: uint32,
      /** row of the table `labels`; -1 where the task has none */
      label: int32,
      /** first and last token of the answer within the input; -1 where this window has none */
      answerStart: int32,
      answerEnd: int32,
      /** `regression`: the number asked for; 0 where the task has none */
      value: float64
    },
    /** names of classes, or of tokens' labels, in alphabetical order unless they were given */
    labels: { name: utf8 }
  },
  attributes: Schema.Struct({
    task: Schema.Literals(pairTasks),
    split: Schema.String,
    /** examples that are here, and rows of `pairs` */
    examples: Schema.Int,
    rows: Schema.Int,
    inputTokens: Schema.Int,
    targetTokens: Schema.Int,
    /** most tokens of an input and of a target there can be */
    inputLength: Schema.Int,
    targetLength: Schema.Int,
    /** UTF-8 bytes of the targets' texts, for bits per byte */
    targetBytes: Schema.Int,
    vocabSize: Schema.Int,
    endOfTextId: Schema.Int,
    /** for filling up a batch */
    padId: Schema.Int,
    /** logical digest of the tokenizer */
    tokenizer: Schema.String
  }),
  upgraders: { 1: withValues }
})
