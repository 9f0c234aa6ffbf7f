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

const Fields = Schema.Struct({
  ...networkFields("causal"),
  ...trainingFields(pretraining),
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
