// The examples of an artifact of kind `pairs`, with their texts: what was read and what should be said.
import {
  type Artifact,
  type ArtifactCorrupt,
  Examples,
  type PairTask,
  Pairs,
  Pieces,
  type StorageFailed,
  Tokenizer
} from "@inkstone/artifact"
import type { Given, Stage } from "@inkstone/stage"
import { Effect } from "effect"
import { createHash } from "node:crypto"

export interface Inputs extends Stage.Inputs {
  readonly pairs: Stage.Port<typeof Pairs, false>
  readonly tokenizer: Stage.Port<typeof Tokenizer, false>
  readonly examples: Stage.Port<typeof Examples, true>
}

/** A row of `pairs`: an example, or a window of one. */
export interface Row {
  readonly ids: ArrayLike<number> & Iterable<number>
  readonly segments: Uint8Array
  readonly target: ReadonlyArray<number>
  readonly label: number
  readonly value: number
  /** of each token, -1 for those without */
  readonly tags: Int32Array
  readonly answerStart: number
  readonly answerEnd: number
}

export interface Example {
  readonly id: string
  readonly source: string
  /** several where a text takes several windows */
  readonly rows: ReadonlyArray<Row>
  readonly input: string
  readonly reference: string
}

export interface TaskData {
  readonly task: PairTask
  readonly split: string
  readonly examples: ReadonlyArray<Example>
  /** names of classes or of tokens' labels */
  readonly labels: ReadonlyArray<string>
  readonly padId: number
  readonly endOfTextId: number
  readonly vocabSize: number
  readonly targetLength: number
  readonly textOf: (ids: Iterable<number>) => string
}

/** The part of that name of each example, by id. */
const partsOf = Effect.fnUntraced(function* (artifact: Artifact<typeof Examples>, name: string) {
  const { first, id, parts: counts } = yield* artifact.read("examples")
  const parts = yield* artifact.read("parts")
  const found = new Map<string, string>()
  for (const [row, example] of id.entries())
    for (let at = first[row]!; at < first[row]! + counts[row]!; at++)
      if (parts.name[at] === name && !found.has(example)) found.set(example, parts.text[at]!)
  return found
})

/** Evenly spread places, all of them where `most` is no fewer. */
const spread = (count: number, most: number): ReadonlyArray<number> =>
  Array.from({ length: Math.min(count, most) }, (_, i) => Math.floor((i * count) / Math.min(count, most)))

/**
 * Reads pairs as examples; with `source` the input is the text of the part of that name where examples are wired. Texts that tell a reference come from `examples` where they are wired, else from the tokens.
 */
export const read = Effect.fnUntraced(function* (
  given: Pick<Given<Inputs>, "pairs" | "tokenizer" | "examples">,
  config: { readonly reference: string; readonly source?: string; readonly most?: number }
): Effect.fn.Return<TaskData, ArtifactCorrupt | StorageFailed> {
  const { attributes } = given.pairs
  const pieces = yield* Pieces.read(given.tokenizer)
  const inputs = yield* given.pairs.read("inputs")
  const targets = (yield* given.pairs.read("targets")).id
  const tags = (yield* given.pairs.read("tags")).label
  const table = yield* given.pairs.read("pairs")
  const labels = (yield* given.pairs.read("labels")).name
  const named = given.examples[0]
  const parts = named === undefined ? undefined : yield* partsOf(named.artifact, config.reference)
  const sources =
    named === undefined || config.source === undefined
      ? undefined
      : yield* partsOf(named.artifact, config.source)
  const textOf = (ids: Iterable<number>) => Pieces.decode([...ids], pieces).trim()

  const rowsOf = new Map<string, Array<number>>()
  for (const [row, id] of table.id.entries()) rowsOf.set(id, [...(rowsOf.get(id) ?? []), row])
  const ids = [...rowsOf.keys()]
  const examples = spread(ids.length, config.most ?? Infinity).map((place): Example => {
    const id = ids[place]!
    const own = rowsOf.get(id)!
    const rows = own.map((row): Row => {
      const [from, to] = [table.input[row]!, table.input[row]! + table.inputTokens[row]!]
      return {
        ids: inputs.id.subarray(from, to),
        segments: inputs.segment.subarray(from, to),
        target: [...targets.subarray(table.target[row], table.target[row]! + table.targetTokens[row]!)],
        label: table.label[row]!,
        value: table.value[row]!,
        tags: tags.length === 0 ? new Int32Array(0) : tags.subarray(from, to),
        answerStart: table.answerStart[row]!,
        answerEnd: table.answerEnd[row]!
      }
    })
    const said = () => {
      switch (attributes.task) {
        case "text-to-text":
          return textOf(rows[0]!.target)
        case "classification":
          return labels[rows[0]!.label] ?? ""
        case "regression":
          return String(rows[0]!.value)
        case "token-classification":
          return Array.from(rows[0]!.tags, (tag) => labels[tag] ?? "")
            .filter((name) => name !== "")
            .join(" ")
        case "question-answering": {
          const row = rows.find(({ answerStart }) => answerStart >= 0)
          return row === undefined ? "" : textOf([...row.ids].slice(row.answerStart, row.answerEnd + 1))
        }
      }
    }
    const isText = attributes.task === "text-to-text" || attributes.task === "question-answering"
    const reference = (isText ? parts?.get(id) : undefined) ?? said()
    return {
      id,
      source: table.source[own[0]!]!,
      rows,
      input: sources?.get(id) ?? textOf(rows[0]!.ids),
      reference
    }
  })
  const { endOfTextId, padId, split, targetLength, task, vocabSize } = attributes
  return { task, split, examples, labels, padId, endOfTextId, vocabSize, targetLength, textOf }
})

/** What was measured on: ids and what should have been said, in order; equal whatever the tokenizer where references are. */
export const digest = (examples: ReadonlyArray<Example>): string => {
  const hash = createHash("sha256")
  for (const { id, reference } of examples) hash.update(JSON.stringify([id, reference]))
  return hash.digest("hex").slice(0, 16)
}
