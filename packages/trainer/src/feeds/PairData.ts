// Examples of kind `pairs` in memory, and what is checked of them before anything is built.
import type { Artifact, ArtifactCorrupt, Pairs, PairTask, StorageFailed } from "@inkstone/artifact"
import type { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import { nothingToLearn, refused } from "./Refusals.ts"

export interface PairData {
  readonly task: PairTask
  /** tokens of all inputs, and for each the text it is of: 0 or 1 */
  readonly inputs: { readonly id: Uint16Array | Uint32Array; readonly segment: Uint8Array }
  /** labels of the inputs' tokens, -1 for none */
  readonly tags: Int32Array
  readonly targets: Uint16Array | Uint32Array
  readonly rows: {
    readonly input: Uint32Array
    readonly inputTokens: Uint32Array
    readonly target: Uint32Array
    readonly targetTokens: Uint32Array
    readonly label: Int32Array
    readonly answerStart: Int32Array
    readonly answerEnd: Int32Array
    readonly value: Float64Array
  }
  /** names of classes, or of tokens' labels */
  readonly labels: ReadonlyArray<string>
  readonly padId: number
  /** rows from which something is learned, by number */
  readonly learnable: Uint32Array
}

/** The stage that takes pairs of a task. */
const stageOf: Readonly<Record<PairTask, string>> = {
  "text-to-text": "finetune-text-to-text",
  classification: "finetune-classification",
  "question-answering": "finetune-answers",
  regression: "finetune-regression",
  "token-classification": "finetune-tagging"
}

/** Whether something is asked for in a row. */
const isLearnable = (data: Omit<PairData, "learnable">, row: number): boolean => {
  const { rows, tags, task } = data
  switch (task) {
    case "text-to-text":
      return rows.targetTokens[row]! > 0
    case "token-classification": {
      const from = rows.input[row]!
      return tags.subarray(from, from + rows.inputTokens[row]!).some((label) => label >= 0)
    }
    default:
      return true
  }
}

export const of = (data: Omit<PairData, "learnable">): PairData => ({
  ...data,
  learnable: Uint32Array.from(data.rows.input.keys()).filter((row) => isLearnable(data, row))
})

/** Reads a split of a task; refuses another task's, and one of which nothing can be learned. */
export const read = Effect.fn("PairData.read")(function* (
  port: string,
  pairs: Artifact<typeof Pairs>,
  task: PairTask
): Effect.fn.Return<PairData, StageFailure | ArtifactCorrupt | StorageFailed> {
  const { attributes } = pairs
  if (attributes.task !== task)
    return yield* refused(
      "WrongTask",
      `the ${port} pairs are of task ${attributes.task}, this stage learns ${task}`,
      `Use @inkstone/trainer#${stageOf[attributes.task]}, or encode the examples with task: ${task}`
    )
  const [inputs, tags, targets, rows, labels] = yield* Effect.all([
    pairs.read("inputs"),
    pairs.read("tags"),
    pairs.read("targets"),
    pairs.read("pairs"),
    pairs.read("labels")
  ])
  const data = of({
    task,
    inputs,
    tags: tags.label,
    targets: targets.id,
    rows,
    labels: labels.name,
    padId: attributes.padId
  })
  return data.learnable.length === 0 ? yield* nothingToLearn(port) : data
})

/** A class must have one number in both splits, and each number that is asked for must be that of a class. */
export const checkLabels = (train: PairData, validation: PairData): Effect.Effect<void, StageFailure> => {
  if (
    train.labels.length !== validation.labels.length ||
    train.labels.some((name, i) => name !== validation.labels[i])
  )
    return Effect.fail(
      refused(
        "LabelsDiffer",
        `the training data has the labels ${train.labels.join(", ")}, the validation data ${validation.labels.join(", ")}`,
        "Encode both splits from the same examples, or give both the same labels"
      )
    )
  const asked = ({ rows, tags, task }: PairData) => (task === "token-classification" ? tags : rows.label)
  const least = train.task === "token-classification" ? -1 : 0
  for (const [port, data] of Object.entries({ train, validation })) {
    const wrong = asked(data).find((label) => label < least || label >= data.labels.length)
    if (wrong !== undefined)
      return Effect.fail(
        refused(
          "LabelOutOfRange",
          `the ${port} pairs have a label ${wrong}, but there are ${data.labels.length} labels`,
          "Make the pairs again"
        )
      )
  }
  return Effect.void
}
