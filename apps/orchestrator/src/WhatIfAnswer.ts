// `inkstone whatif` answered from the scores that runs left in the store.
import { StoreLocal } from "@inkstone/artifact"
import {
  changed,
  cutsInForce,
  type Move,
  type Reason,
  type ScoreRows,
  whatIf as compare
} from "@inkstone/ingest"
import { Effect } from "effect"
import * as Evidence from "./Evidence.ts"
import { failed } from "./Failure.ts"
import { table } from "./Table.ts"
import * as Bytes from "./view/Bytes.ts"

interface Shown {
  readonly source: string
  readonly lang: string
  readonly bytes: number
  readonly reason: Reason | null
  readonly excerpt: string
}

export interface WhatIfAnswer {
  readonly pipeline: string
  readonly node: string
  readonly changes: ReadonlyArray<string>
  readonly documents: number
  readonly keptBefore: number
  readonly keptAfter: number
  readonly coming: number
  readonly going: number
  readonly bytesBefore: number
  readonly bytesAfter: number
  /** from the rate of the pipeline's tokenizer; null where it has none yet */
  readonly tokensBefore: number | null
  readonly tokensAfter: number | null
  readonly byRule: ReadonlyArray<{ readonly rule: string; readonly before: number; readonly after: number }>
  readonly examples: { readonly coming: ReadonlyArray<Shown>; readonly going: ReadonlyArray<Shown> }
  /** of the comparison itself, without reading the scores */
  readonly milliseconds: number
}

/** Spread over all of them rather than the first ones, which come from the same file. */
const some = (moves: ReadonlyArray<Move>, wanted: number): ReadonlyArray<Move> => {
  const step = Math.max(1, Math.floor(moves.length / Math.max(1, wanted)))
  return moves.filter((_, i) => i % step === 0).slice(0, wanted)
}

export const of = Effect.fn("WhatIfAnswer.of")(
  function* ({
    changes,
    examples,
    ...wanted
  }: Evidence.Wanted & { readonly changes: ReadonlyArray<string>; readonly examples: number }) {
    const cleaning = yield* Evidence.cleaning(wanted)
    const before = yield* Effect.fromResult(cutsInForce(cleaning.scores.attributes.cuts))
    const after = yield* Effect.fromResult(changed(before, changes))
    const rows: ScoreRows = yield* cleaning.scores.read("scores")
    const started = performance.now()
    const found = compare(rows, before, after)
    const milliseconds = performance.now() - started
    const rate = yield* Evidence.tokensPerByte({ ...wanted, pipeline: cleaning.pipeline })
    const [coming, going] = [some(found.coming, examples), some(found.going, examples)]
    const texts = yield* Evidence.excerpts(
      cleaning,
      new Set([...coming, ...going].map(({ row }) => rows.id[row] ?? ""))
    )
    const shown = ({ after, before, row }: Move): Shown => ({
      source: rows.source[row] ?? "",
      lang: rows.lang[row] ?? "",
      bytes: rows.bytes[row] ?? 0,
      reason: before ?? after ?? null,
      excerpt: texts.get(rows.id[row] ?? "") ?? ""
    })
    const answer: WhatIfAnswer = {
      pipeline: cleaning.pipeline,
      node: cleaning.node,
      changes,
      documents: rows.id.length,
      keptBefore: found.keptBefore,
      keptAfter: found.keptAfter,
      coming: found.coming.length,
      going: found.going.length,
      bytesBefore: found.bytesBefore,
      bytesAfter: found.bytesAfter,
      tokensBefore: rate === undefined ? null : Math.round(found.bytesBefore * rate),
      tokensAfter: rate === undefined ? null : Math.round(found.bytesAfter * rate),
      byRule: Array.from(found.byRule, ([rule, counts]) => ({ rule, ...counts })),
      examples: { coming: coming.map(shown), going: going.map(shown) },
      milliseconds
    }
    return answer
  },
  Effect.catchTag("ChangeInvalid", (error) => failed("usage", error.message)),
  (effect, { store }) => Effect.provide(effect, StoreLocal.layer(store))
)

const count = (value: number) => value.toLocaleString("en-US")
const signed = (value: number) => (value === 0 ? "0" : `${value > 0 ? "+" : "−"}${count(Math.abs(value))}`)
const about = (value: number | null) => (value === null ? "–" : `about ${count(value)}`)
const reasonInWords = ({ rule, threshold, value }: Reason) =>
  `${rule}: ${count(value)}, threshold ${count(threshold)}`

const list = (title: string, shown: ReadonlyArray<Shown>, of: number): ReadonlyArray<string> =>
  shown.length === 0
    ? []
    : [
        `${title} (${shown.length} of ${count(of)}):`,
        ...shown.flatMap(({ bytes, excerpt, lang, reason, source }) => [
          `  ${source} (${lang}, ${Bytes.bytes(bytes)})${reason === null ? "" : `  ${reasonInWords(reason)}`}`,
          `    ${excerpt}`
        ])
      ]

/** For the terminal. */
export const inWords = (answer: WhatIfAnswer): string => {
  const { byRule, coming, examples, going } = answer
  const sides = table([
    ["", "documents", "text", "tokens"],
    ["kept now", count(answer.keptBefore), Bytes.bytes(answer.bytesBefore), about(answer.tokensBefore)],
    ["would come", signed(coming)],
    ["would go", signed(-going)],
    ["kept then", count(answer.keptAfter), Bytes.bytes(answer.bytesAfter), about(answer.tokensAfter)]
  ])
  const moved = byRule.filter(({ after, before }) => after !== before)
  const rules = table([
    ["rule", "cuts now", "cuts then"],
    ...moved.map(({ after, before, rule }) => [rule, count(before), count(after)])
  ])
  return `${[
    `${answer.changes.join(", ")} in ${answer.node} of ${answer.pipeline}, ${count(answer.documents)} documents scored`,
    sides,
    ...(moved.length === 0 ? ["No rule would cut more or less."] : [rules]),
    [...list("Would come", examples.coming, coming), ...list("Would go", examples.going, going)].join("\n")
  ]
    .filter((part) => part !== "")
    .join("\n\n")}\n`
}
