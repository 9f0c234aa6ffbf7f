// What a pipeline file may say to the pretraining stage. Every field has a default.
import type { Family } from "@inkstone/model-zoo"
import { field } from "@inkstone/stage"
import { Schema } from "effect"
import { networkFields, networkIssues } from "./NetworkConfig.ts"
import { pretraining, trainingFields, trainingIssues } from "./TrainingConfig.ts"

const Domains = Schema.Struct({
  sources: Schema.NonEmptyArray(Schema.String).annotate({
    description: "a regular expression for the sources of each domain; what none matches has no domain"
  }),
  combine: field(
    Schema.Literals(["sum", "project"]),
    "sum",
    "added to what tokens are embedded as, or put beside it and projected back"
  )
})

const Count = Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 2 ** 31 - 1 }))

const Samples = Schema.Struct({
  count: field(Count, 2, "beginnings of documents of the validation split that are written on from"),
  promptTokens: field(Count, 16, "tokens of each beginning"),
  maxTokens: field(Count, 40, "tokens that are written"),
  every: Schema.optionalKey(
    Count.annotate({ description: "steps between two times; left out: evaluateEvery" })
  ),
  temperature: field(
    Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)),
    0.8,
    "0 = always the likeliest token"
  )
})
export type Samples = typeof Samples.Type

const Fields = Schema.Struct({
  ...networkFields("causal"),
  ...trainingFields(pretraining),
  samples: Schema.optionalKey(
    Samples.annotate({ description: "texts written on the way, with the port tokenizer; none if left out" })
  ),
  domains: Schema.optionalKey(
    Domains.annotate({ description: "an embedding of what a document is of, told by its source" })
  )
})
export type PretrainConfig = typeof Fields.Type

/** What the domains of a config ask of the architecture. */
export const domainOf = ({ domains }: Pick<PretrainConfig, "domains">): Family.Architecture =>
  domains === undefined ? {} : { domain: { size: domains.sources.length + 1, combine: domains.combine } }

const isExpression = (pattern: string): boolean => {
  try {
    return new RegExp(pattern, "u").source !== ""
  } catch {
    return false
  }
}

/** The fields above, and what must hold between them. */
export const PretrainConfig = Fields.check(
  Schema.makeFilter((config) => [
    ...networkIssues(config, "causal", domainOf(config)),
    ...trainingIssues(config),
    ...(config.domains?.sources ?? []).flatMap((pattern, i) =>
      isExpression(pattern)
        ? []
        : [{ path: ["domains", "sources", i], issue: `${pattern} is no regular expression` }]
    )
  ])
)
