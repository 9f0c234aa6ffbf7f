// Writes rows into a draft of kind `packed` and counts what is in them.
import type { Draft, Packed } from "@inkstone/artifact"
import { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import type { Group } from "./Planner.ts"
import { columnsOf, type RowSettings, Run } from "./Rows.ts"

/** Tokens go into `run` as they come; `write` takes groups whose tokens are all there. */
export const rowWriter = (draft: Draft<typeof Packed>, settings: RowSettings) => {
  const run = new Run()
  const total = { rows: 0, tokens: 0, contextTokens: 0, lossTokens: 0 }

  /** Writes a group, and lets go of the tokens that no later group has. */
  const write = Effect.fnUntraced(function* (group: Group) {
    const { at, context, document, from, row, tokens } = group.spans
    for (const columns of columnsOf(group, run, settings)) {
      for (const each of columns.loss) total.lossTokens += each
      yield* draft.append("tokens", columns)
    }
    yield* draft.append("spans", {
      row: row.map((each) => group.firstRow + each),
      at,
      tokens,
      context,
      document,
      from
    })
    total.rows += group.rows
    for (const [i, count] of tokens.entries()) {
      total.tokens += count - context[i]!
      total.contextTokens += context[i]!
    }
    // the next window may begin with what this one ended with
    run.drop(group.to - settings.contextLength)
  })

  /** What was written; rows from which nothing can be learned are refused. */
  const counts = Effect.fnUntraced(function* () {
    if (total.lossTokens === 0) return yield* nothingToLearn(total.tokens)
    return {
      ...total,
      padding: total.rows * settings.contextLength - total.tokens - total.contextTokens
    }
  })

  return { run, write, counts }
}

/** A mean over no tokens would be NaN, and would only be noticed hours later. */
const nothingToLearn = (tokens: number) =>
  new StageFailure({
    category: "data",
    fact: "NothingToLearn",
    problem:
      tokens === 0
        ? "there is no token to lay into rows"
        : `none of the ${tokens} tokens can be predicted from one before it`,
    advice: "Give documents of two tokens and more, and a contextLength that holds an answer"
  })
