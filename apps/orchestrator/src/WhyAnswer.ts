// `inkstone why` answered from the scores and ledgers that runs left in the store.
import { StoreLocal } from "@inkstone/artifact"
import { cutsInForce, type Judgement, type ScoreRows, why as judge } from "@inkstone/ingest"
import { Effect, Stream } from "effect"
import * as Evidence from "./Evidence.ts"
import { failed } from "./Failure.ts"
import { table } from "./Table.ts"
import * as Bytes from "./view/Bytes.ts"

const count = (value: number) => value.toLocaleString("en-US")

export interface WhyAnswer {
  readonly pipeline: string
  readonly node: string
  readonly id: string
  readonly source: string
  readonly lang: string
  readonly script: string
  readonly bytes: number
  readonly kept: boolean
  /** what cut it; "" if it was kept */
  readonly rule: string
  readonly judgements: ReadonlyArray<Judgement>
  /** what steps did to it, in their order */
  readonly steps: ReadonlyArray<{
    readonly node: string
    readonly action: string
    readonly rule: string
    readonly value: number
    readonly threshold: number
  }>
  readonly excerpt: string
}

/** Rows that a word can mean: an id that begins so, else a source that is so, else one that holds it. */
const rowsMeant = (rows: ScoreRows, word: string): ReadonlyArray<number> => {
  const where = (test: (row: number) => boolean) => Array.from(rows.id.keys()).filter(test)
  const ids = /^[0-9a-f]{4,32}$/u.test(word) ? where((row) => rows.id[row]?.startsWith(word) === true) : []
  if (ids.length > 0) return ids
  const exact = where((row) => rows.source[row] === word)
  return exact.length > 0 ? exact : where((row) => rows.source[row]?.includes(word) === true)
}

export const of = Effect.fn("WhyAnswer.of")(
  function* ({ document, ...wanted }: Evidence.Wanted & { readonly document: string }) {
    const cleaning = yield* Evidence.cleaning(wanted)
    const rows: ScoreRows = yield* cleaning.scores.read("scores")
    const meant = rowsMeant(rows, document)
    const [row, ...others] = meant
    if (row === undefined)
      return yield* failed(
        "data",
        `no document of ${cleaning.node} has an id or a source like ${document}. Sources look like ${rows.source[0] ?? ""}`
      )
    if (others.length > 0) {
      const names = meant.slice(0, 5).map((one) => `${rows.source[one]} (${rows.id[one]?.slice(0, 8)})`)
      return yield* failed(
        "usage",
        `${document} can mean ${count(meant.length)} documents: ${names.join(", ")}${meant.length > 5 ? ", ..." : ""}. Say more of it`
      )
    }
    const inForce = yield* Effect.fromResult(cutsInForce(cleaning.scores.attributes.cuts))
    const id = rows.id[row] ?? ""
    const steps: Array<WhyAnswer["steps"][number]> = []
    for (const { ledger, node } of yield* Evidence.ledgers({ ...wanted, pipeline: cleaning.pipeline }))
      yield* ledger.batches("ledger").pipe(
        Stream.runForEach((batch) =>
          Effect.sync(() => {
            for (const [at, one] of batch.id.entries()) {
              if (one !== id) continue
              const { action, rule, threshold, value } = batch
              steps.push({
                node,
                action: action[at] ?? "",
                rule: rule[at] ?? "",
                value: value[at] ?? Number.NaN,
                threshold: threshold[at] ?? Number.NaN
              })
            }
          })
        )
      )
    const answer: WhyAnswer = {
      pipeline: cleaning.pipeline,
      node: cleaning.node,
      id,
      source: rows.source[row] ?? "",
      lang: rows.lang[row] ?? "",
      script: rows.script[row] ?? "",
      bytes: rows.bytes[row] ?? 0,
      kept: rows.kept[row] === true,
      rule: rows.rule[row] ?? "",
      judgements: judge(rows, row, inForce),
      steps,
      excerpt: (yield* Evidence.excerpts(cleaning, new Set([id]))).get(id) ?? ""
    }
    return answer
  },
  Effect.catchTag("ChangeInvalid", (error) => failed("data", error.message)),
  (effect, { store }) => Effect.provide(effect, StoreLocal.layer(store))
)

/** For the terminal. */
export const inWords = (answer: WhyAnswer): string => {
  const { judgements, steps } = answer
  const rows = judgements.map(({ rule, thresholds, unit, value }) => [
    rule,
    count(value),
    unit,
    thresholds
      .map(({ kind, name, threshold }) => `${name} ${kind === "least" ? "≥" : "≤"} ${count(threshold)}`)
      .join(", "),
    thresholds.length === 0 ? "" : thresholds.every(({ met }) => met) ? "met" : "NOT MET"
  ])
  const verdict = answer.kept ? "kept" : `cut by ${answer.rule}`
  return `${[
    `${answer.source} (${answer.id})\n${answer.lang}, ${answer.script}, ${Bytes.bytes(answer.bytes)}: ${verdict} by ${answer.node} of ${answer.pipeline}`,
    ...(answer.excerpt === "" ? [] : [`  ${answer.excerpt}`]),
    table([["rule", "value", "unit", "threshold", ""], ...rows]),
    ...(steps.length === 0
      ? []
      : [
          table([
            ["node", "what", "rule", "value", "threshold"],
            ...steps.map(({ action, node, rule, threshold, value }) => [
              node,
              action,
              rule,
              count(value),
              count(threshold)
            ])
          ])
        ])
  ].join("\n\n")}\n`
}
