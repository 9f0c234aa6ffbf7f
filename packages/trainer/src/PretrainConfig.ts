// What a pipeline file may say to the pretraining stage. Every field has a default.
import { Schema } from "effect"
import { networkFields, networkIssues } from "./NetworkConfig.ts"
import { pretraining, trainingFields, trainingIssues } from "./TrainingConfig.ts"

const Fields = Schema.Struct({ ...networkFields("causal"), ...trainingFields(pretraining) })
export type PretrainConfig = typeof Fields.Type

/** The fields above, and what must hold between them. */
export const PretrainConfig = Fields.check(
  Schema.makeFilter((config) => [...networkIssues(config, "causal"), ...trainingIssues(config)])
)
