// One post-processor after another.
import { Effect, Schema } from "effect"
import { part, partsOf, type ReadPart } from "../Part.ts"
import type { PostProcessor } from "./PostProcessor.ts"

const Json = Schema.Struct({ type: Schema.Literal("Sequence"), processors: Schema.Array(Schema.Unknown) })

export const sequence = (parts: ReadonlyArray<PostProcessor>): PostProcessor => ({
  json: { type: "Sequence", processors: parts.map(({ json }) => json) },
  added: (isPair) => parts.reduce((sum, one) => sum + one.added(isPair), 0),
  process: (encodings, options) => parts.reduce((given, one) => one.process(given, options), encodings)
})

export const readSequence = (read: ReadPart<PostProcessor>) =>
  part(Json, ({ processors }, field) =>
    Effect.map(partsOf(read, processors, `${field}.processors`), sequence)
  )
