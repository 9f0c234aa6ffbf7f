// Scores that the peers gave to segments, and ours beside them.
import { Schema } from "effect"
import * as Bleu from "../../src/metrics/Bleu.ts"
import * as Chrf from "../../src/metrics/Chrf.ts"
import * as Rouge from "../../src/metrics/Rouge.ts"
import type { Segment } from "../../src/metrics/Segment.ts"
import * as Ter from "../../src/metrics/Ter.ts"

const Sacre = { corpus: Schema.Finite, signature: Schema.String, sentences: Schema.Array(Schema.Finite) }
const { boolean, finite } = {
  boolean: Schema.optionalKey(Schema.Boolean),
  finite: Schema.optionalKey(Schema.Finite)
}
const bleu = Schema.Struct({
  tokenizer: Schema.optionalKey(Schema.Literals(["13a", "intl", "zh", "char", "none"])),
  smoothing: Schema.optionalKey(Schema.Literals(["none", "floor", "add-k", "exp"])),
  smoothValue: finite,
  lowercase: boolean,
  orders: finite,
  effectiveOrder: boolean
})
const chrf = Schema.Struct({
  characters: finite,
  words: finite,
  beta: finite,
  lowercase: boolean,
  whitespace: boolean,
  epsilon: boolean
})
const ter = Schema.Struct({
  normalized: boolean,
  withoutPunctuation: boolean,
  asian: boolean,
  caseSensitive: boolean
})
const rouge = Schema.Struct({ tokenizer: Schema.Literals(["english", "english-stemmed", "chinese"]) })

export const Golden = Schema.Struct({
  segments: Schema.Array(Schema.Struct({ output: Schema.String, references: Schema.Array(Schema.String) })),
  scores: Schema.Array(
    Schema.Union([
      Schema.Struct({ metric: Schema.Literal("bleu"), options: bleu, ...Sacre }),
      Schema.Struct({ metric: Schema.Literal("chrf"), options: chrf, ...Sacre }),
      Schema.Struct({ metric: Schema.Literal("ter"), options: ter, ...Sacre }),
      Schema.Struct({
        metric: Schema.Literal("rouge"),
        options: rouge,
        sentences: Schema.Array(Schema.Array(Schema.Array(Schema.Finite)))
      })
    ])
  ),
  stems: Schema.Array(Schema.Tuple([Schema.String, Schema.String])),
  answers: Schema.Array(Schema.Tuple([Schema.Finite, Schema.Finite]))
})
type Scores = (typeof Golden.Type)["scores"][number]

const sacre = (
  segments: ReadonlyArray<Segment>,
  theirs: Exclude<Scores, { metric: "rouge" }>
): { readonly corpus: number; readonly signature: string; readonly sentences: Float64Array } => {
  switch (theirs.metric) {
    case "bleu": {
      const options = { ...Bleu.defaults, ...theirs.options }
      return {
        corpus: Bleu.corpus(segments, options).score,
        signature: Bleu.signature(segments, options),
        sentences: Bleu.sentences(segments, options)
      }
    }
    case "chrf": {
      const options = { ...Chrf.defaults, ...theirs.options }
      return {
        corpus: Chrf.corpus(segments, options),
        signature: Chrf.signature(segments, options),
        sentences: Chrf.sentences(segments, options)
      }
    }
    case "ter": {
      const options = { ...Ter.defaults, ...theirs.options }
      return {
        corpus: Ter.corpus(segments, options),
        signature: Ter.signature(segments, options),
        sentences: Ter.sentences(segments, options)
      }
    }
  }
}

const rougeRows = (segments: ReadonlyArray<Segment>, tokenizer: Rouge.Options["tokenizer"]) =>
  Rouge.sentences(segments, { tokenizer, minimumCoverage: 0 }).map((result) =>
    result.measured
      ? Rouge.kinds.map((kind) => [result[kind].precision, result[kind].recall, result[kind].f])
      : []
  )

/** What is not equal: within 1e-9 for sacreBLEU's, to the last bit for rouge-score's. */
export const unlike = (segments: ReadonlyArray<Segment>, theirs: Scores): ReadonlyArray<unknown> => {
  const work = `${theirs.metric} ${JSON.stringify(theirs.options)}`
  if (theirs.metric === "rouge") {
    const ours = rougeRows(segments, theirs.options.tokenizer)
    return theirs.sentences.flatMap((row, at) =>
      JSON.stringify(row) === JSON.stringify(ours[at])
        ? []
        : [{ work, segment: segments[at], row, ours: ours[at] }]
    )
  }
  const ours = sacre(segments, theirs)
  const wrong: Array<unknown> = theirs.sentences.flatMap((score, at) =>
    Math.abs(score - (ours.sentences[at] ?? NaN)) <= 1e-9
      ? []
      : [{ work, segment: segments[at], score, ours: ours.sentences[at] }]
  )
  if (!(Math.abs(theirs.corpus - ours.corpus) <= 1e-9))
    wrong.push({ work, corpus: theirs.corpus, ours: ours.corpus })
  if (theirs.signature !== ours.signature)
    wrong.push({ work, signature: theirs.signature, ours: ours.signature })
  return wrong
}
