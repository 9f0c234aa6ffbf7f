// The tables of a stage that makes examples, written from its desk.
import { Examples, Ledger } from "@inkstone/artifact"
import type { Run } from "@inkstone/stage"
import { Effect } from "effect"
import type { ExampleDesk } from "./ExampleDesk.ts"
import type { Keeping } from "./Keeping.ts"

export const outputs = { examples: Examples, ledger: Ledger }
export type ExamplesRun = Run<typeof outputs>

/** Writes what has come together. */
export const flush = Effect.fnUntraced(function* (desk: ExampleDesk, { outputs }: ExamplesRun) {
  const { examples, parts } = desk.take()
  const ledger = desk.ledger.take()
  if (examples.id.length > 0) yield* outputs.examples.append("examples", examples)
  if (parts.name.length > 0) yield* outputs.examples.append("parts", parts)
  if (ledger.id.length > 0) yield* outputs.ledger.append("ledger", ledger)
})

/** Says what was kept, once all is written. */
export const describe = Effect.fnUntraced(function* (
  desk: ExampleDesk,
  { description, licence, splits }: Keeping,
  { outputs }: ExamplesRun
) {
  const { bytes, kept, parts, partNames } = desk
  const { dropped, read, repaired } = desk.ledger
  yield* outputs.examples.describe({
    examples: kept,
    parts,
    bytes,
    splits: desk.splits,
    partNames: [...partNames].toSorted(),
    description,
    licence
  })
  yield* outputs.ledger.describe({ read, kept, dropped, repaired })
  yield* Effect.logInfo(`kept ${kept} of ${read} examples, ${bytes} bytes`)
  const wanted = { validation: splits.validation, test: splits.test, train: 1 }
  for (const [split, share] of Object.entries(wanted)) {
    if (share === 0 || (desk.splits[split] ?? 0) > 0) continue
    yield* Effect.logWarning(
      `no example fell into ${split}: there are few, so choose larger splits or another splits.salt`
    )
  }
})
