// Examples one after another, each with its parts, though these lie in a table of their own.
import type { Artifact, ArtifactCorrupt, Examples, StorageFailed } from "@inkstone/artifact"
import { StageFailure } from "@inkstone/stage"
import { Effect, Stream } from "effect"
import type { Part } from "./PromptTemplate.ts"

export interface Example {
  readonly id: string
  readonly source: string
  readonly split: string
  readonly parts: ReadonlyArray<Part>
}

/** All examples in order, some at a time; the parts of one batch are in memory, names and places of all. */
export const readExamples = (
  examples: Artifact<typeof Examples>
): Stream.Stream<ReadonlyArray<Example>, ArtifactCorrupt | StorageFailed | StageFailure> =>
  Stream.unwrap(
    Effect.map(examples.read("examples"), ({ first, id, parts, source, split }) => {
      let row = 0
      let taken = 0
      let waiting: Array<Part> = []
      /** Examples whose parts are all there. */
      const complete = (): ReadonlyArray<Example> => {
        const done: Array<Example> = []
        let used = 0
        for (; row < id.length && waiting.length - used >= parts[row]!; row++) {
          const own = waiting.slice(used, used + parts[row]!)
          used += own.length
          done.push({ id: id[row]!, source: source[row]!, split: split[row]!, parts: own })
        }
        waiting = waiting.slice(used)
        taken += used
        return done
      }
      const isInOrder = first.every((place, i) => place === (i === 0 ? 0 : first[i - 1]! + parts[i - 1]!))
      if (!isInOrder) return Stream.fail(disordered("parts do not lie in the order of their examples"))
      return examples.batches("parts").pipe(
        Stream.map(({ name, text }) => {
          for (const [i, each] of name.entries()) waiting.push({ name: each, text: text[i]! })
          return complete()
        }),
        Stream.concat(
          Stream.suspend(() => {
            const last = complete()
            return row < id.length
              ? Stream.fail(
                  disordered(`example ${id[row]} has ${parts[row]} parts from ${taken}, which are not there`)
                )
              : Stream.succeed(last)
          })
        )
      )
    })
  )

const disordered = (problem: string) =>
  new StageFailure({
    category: "data",
    fact: "ExamplesDisordered",
    problem,
    advice: "Make the examples again"
  })
