import { field } from "@inkstone/stage"
import { Schema } from "effect"

const Positive = Schema.Finite.check(Schema.isGreaterThan(0))
// a document is never taken more often than a byte can count
const Epochs = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 255 }))

export const MixConfig = Schema.Struct({
  weights: field(
    Schema.Record(Schema.String, Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0))),
    {},
    "wanted shares by source, as the port labels it, in any unit; {}: by size"
  ),
  temperature: field(
    Positive,
    1,
    "where no weights are given: shares are size^(1/temperature); 1 keeps the proportions, more raises small sources"
  ),
  epochs: field(Epochs, 1, "passes over a source at most; above 1 documents are repeated"),
  epochsOf: field(Schema.Record(Schema.String, Epochs), {}, "the same for one source, by its label"),
  bytes: Schema.optionalKey(
    Positive.annotate({
      description: "UTF-8 bytes of the training split at most; left out: as many as the epochs allow"
    })
  )
})
export type MixConfig = typeof MixConfig.Type
