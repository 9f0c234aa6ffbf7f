// What trainings take, as tables for a person.
import { table } from "../Table.ts"
import { bytes } from "../view/Bytes.ts"
import * as Words from "../view/Words.ts"
import type { Answer } from "./Answer.ts"
import type { Found } from "./ProbeJob.ts"

const took = (ms: number): string =>
  ms < 10 ? `${ms.toPrecision(2)} ms` : ms < 3_600_000 ? Words.took(ms) : `${Words.clock(ms / 1000)} h`

const sizeRow = ({ data, node }: Answer, found: Found) => {
  const { batchSize, contextLength, flopsPerToken, microBatchSize, parameters, precision, tokensPerStep } =
    found
  return [
    node,
    `${Words.quantity(parameters)}, ${precision}`,
    microBatchSize < batchSize ? `${batchSize} rows, ${microBatchSize} at once` : `${batchSize} rows`,
    `${contextLength}`,
    `${Words.quantity(Math.round(tokensPerStep))} tokens, ${Words.quantity(tokensPerStep * flopsPerToken)}FLOP`,
    data
  ]
}

const costRow = ({ node }: Answer, found: Found) => {
  const { checkpointMs, evaluateCompileMs, evaluateMs, openMs, peakBytes, step, total } = found
  const perSecond = Words.quantity(Math.round((1000 * found.tokensPerStep) / step.ms))
  return [
    node,
    `${took(step.ms)} (${took(step.leastMs)} to ${took(step.mostMs)}), ${perSecond} tokens/s`,
    took(openMs + step.compileMs + evaluateCompileMs),
    `${total.evaluations} x ${took(evaluateMs)}`,
    `${total.checkpoints} x ${took(checkpointMs)}`,
    `${total.atMost ? "at most " : ""}${took(total.ms)} for ${total.steps} steps`,
    `${bytes(peakBytes)} (at most ${bytes(found.estimatedBytes)} by the program)`
  ]
}

const triedRows = ({ tried }: Answer) =>
  tried.map(({ estimatedBytes, fits, microBatchSize, peakBytes, tokensPerSecond }) => [
    `${microBatchSize}`,
    peakBytes === undefined ? "more than there is" : bytes(peakBytes),
    bytes(estimatedBytes),
    tokensPerSecond === undefined ? "" : Words.quantity(Math.round(tokensPerSecond)),
    fits ? "fits" : "does not fit"
  ])

const advised = (answer: Answer): ReadonlyArray<string> => {
  const { memoryBytes, microBatchSize, node, tried } = answer
  if (tried.length === 0) return []
  const fastest = tried
    .filter(({ fits }) => fits)
    .toSorted((a, b) => (b.tokensPerSecond ?? 0) - (a.tokensPerSecond ?? 0))[0]
  return [
    "",
    `${node}: rows at once, in ${bytes(memoryBytes)}`,
    table([["microBatchSize", "holds", "by the program", "tokens/s", ""], ...triedRows(answer)]),
    ...(microBatchSize === undefined
      ? []
      : [
          `microBatchSize: ${microBatchSize} is the most that fits${
            fastest === undefined || fastest.microBatchSize === microBatchSize
              ? ""
              : `; ${fastest.microBatchSize} was faster`
          }. What is learned stays the same.`
        ])
  ]
}

export const inWords = (answers: ReadonlyArray<Answer>): string => {
  const found = answers.flatMap((answer) =>
    answer.found === undefined ? [] : [{ answer, found: answer.found }]
  )
  const problems = answers.flatMap(({ advice, node, problem }) =>
    problem === "" ? [] : [`${node}: ${problem}${advice === "" ? "" : `. ${advice}`}`]
  )
  const tables = [
    table([
      ["training", "parameters", "a step", "context", "is", "data of the probe"],
      ...found.map(({ answer, found }) => sizeRow(answer, found))
    ]),
    "",
    table([
      ["training", "a step takes", "opening, compiling", "evaluations", "checkpoints", "in all", "memory"],
      ...found.map(({ answer, found }) => costRow(answer, found))
    ])
  ]
  return [...(found.length === 0 ? [] : tables), ...answers.flatMap(advised), ...problems, ""].join("\n")
}
