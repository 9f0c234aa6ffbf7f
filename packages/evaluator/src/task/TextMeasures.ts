// What is measured of written texts beside references: BLEU, chrF, TER, ROUGE, exact match and F1 of tokens.
import type { Measurement, Named } from "../Measurement.ts"
import * as Answers from "../metrics/Answers.ts"
import * as Bleu from "../metrics/Bleu.ts"
import * as Chrf from "../metrics/Chrf.ts"
import * as Rouge from "../metrics/Rouge.ts"
import type { Segment } from "../metrics/Segment.ts"
import * as Statistics from "../metrics/Statistics.ts"
import * as Ter from "../metrics/Ter.ts"
import type { TokenizerName } from "../metrics/Tokenizers.ts"

export interface Reading {
  readonly language: "auto" | "chinese" | "other"
  readonly bleuTokenizer?: TokenizerName
}

/** More than a third of the letters are Han characters. */
const isChinese = (segments: ReadonlyArray<Segment>): boolean => {
  let [han, letters] = [0, 0]
  for (const { references } of segments)
    for (const text of references) {
      han += text.match(/\p{Script=Han}/gu)?.length ?? 0
      letters += text.match(/\p{L}/gu)?.length ?? 0
    }
  return 3 * han > letters
}

type Score = (sums: Float64Array, segments: number) => ReadonlyArray<number>

const ofSums = (
  metrics: ReadonlyArray<Named>,
  statistics: Statistics.Statistics,
  score: Score,
  each: Measurement["each"] = {}
): Measurement => ({
  metrics,
  values: (drawn) => score(Statistics.sums(statistics, drawn), drawn?.length ?? statistics.segments),
  each
})

/** `condition` says what was measured on; it ends each signature. */
export const of = (
  segments: ReadonlyArray<Segment>,
  { bleuTokenizer, language }: Reading,
  condition: string
): ReadonlyArray<Measurement> => {
  const chinese = language === "auto" ? isChinese(segments) : language === "chinese"
  const higher = (metric: string, unit: string, signature: string): Named => ({
    metric,
    unit,
    better: "higher",
    signature: `metric:${metric}|${signature}|${condition}`
  })
  const bleu: Bleu.Options = { ...Bleu.defaults, tokenizer: bleuTokenizer ?? (chinese ? "zh" : "13a") }
  const ter: Ter.Options = chinese ? { ...Ter.defaults, normalized: true, asian: true } : Ter.defaults
  const answers = chinese ? "chinese" : "english"
  const matched = Answers.statistics(segments, answers)
  const characters = Chrf.statistics(segments)
  return [
    ofSums(
      [higher("bleu", "0 to 100", Bleu.signature(segments, bleu))],
      Bleu.statistics(segments, bleu),
      (sums) => [Bleu.score(sums, bleu).score]
    ),
    ofSums([higher("chrf", "0 to 100", Chrf.signature(segments))], characters, (sums) => [Chrf.score(sums)], {
      chrf: Statistics.each(characters, (row) => Chrf.score(row))
    }),
    ofSums(
      [higher("chrf_pp", "0 to 100", Chrf.signature(segments, Chrf.plusPlus))],
      Chrf.statistics(segments, Chrf.plusPlus),
      (sums) => [Chrf.score(sums, Chrf.plusPlus)]
    ),
    ofSums(
      [{ ...higher("ter", "edits for 100 words", Ter.signature(segments, ter)), better: "lower" }],
      Ter.statistics(segments, ter),
      (sums) => [Ter.score(sums)]
    ),
    ...rouge(segments, chinese ? "chinese" : "english", higher),
    ofSums(
      [
        higher("exact_match", "share of texts", `normalised:squad-${answers}`),
        higher("token_f1", "0 to 1", `normalised:squad-${answers}`)
      ],
      matched,
      (sums, n) => [sums[0]! / n, sums[1]! / n],
      {
        exact_match: Statistics.each(matched, (row) => row[0]!),
        token_f1: Statistics.each(matched, (row) => row[1]!)
      }
    )
  ]
}

const names = { rouge1: "rouge_1", rouge2: "rouge_2", rougeL: "rouge_l", rougeLsum: "rouge_lsum" } as const

/** None where its tokenizer cannot read the references. */
const rouge = (
  segments: ReadonlyArray<Segment>,
  tokenizer: "chinese" | "english",
  higher: (metric: string, unit: string, signature: string) => Named
): ReadonlyArray<Measurement> => {
  const options = { ...Rouge.defaults, tokenizer }
  const statistics = Rouge.statistics(segments, options)
  if (!Rouge.score(Statistics.sums(statistics), segments.length, options).measured) return []
  const metrics = Rouge.kinds.map((kind) =>
    higher(names[kind], "F, 0 to 1", `tok:${tokenizer}|stem:no|agg:mean|version:0.1.2`)
  )
  return [
    ofSums(
      metrics,
      statistics,
      // a resample of texts that are hard to read is no reason to abstain
      (sums, n) => Rouge.kinds.map((_, kind) => sums[3 * kind + 2]! / n),
      { rouge_l: Statistics.each(statistics, (row) => row[3 * Rouge.kinds.indexOf("rougeL") + 2]!) }
    )
  ]
}
