// Runs a stage that makes examples and gives what it made in rows that are easy to compare.
import { Examples, Ledger } from "@inkstone/artifact"
import type { Stage } from "@inkstone/stage"
import { type Sample, trial } from "@inkstone/stage/testkit"
import { Effect } from "effect"

type ExampleStage = Stage.AnyStage & {
  readonly outputs: { readonly examples: typeof Examples; readonly ledger: typeof Ledger }
}

export const made = Effect.fn("made")(function* (
  stage: ExampleStage,
  given: {
    readonly config: unknown
    readonly files?: Readonly<Record<string, string | Uint8Array>>
    readonly inputs?: Readonly<Record<string, Sample | ReadonlyArray<Sample>>>
  }
) {
  const run = yield* trial(stage, { name: "", inputs: {}, ...given })
  const artifact = yield* run.open("examples")
  const rows = yield* artifact.read("examples")
  const parts = yield* artifact.read("parts")
  const ledger = yield* run.open("ledger")
  return {
    attributes: artifact.attributes,
    dropped: ledger.attributes.dropped,
    rows,
    examples: rows.id.map((_, n) => {
      const first = rows.first[n] ?? 0
      return Object.fromEntries(
        Array.from({ length: rows.parts[n] ?? 0 }, (_, i) => [parts.name[first + i], parts.text[first + i]])
      )
    })
  }
})
