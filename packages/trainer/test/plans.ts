// A plan for the bigram learner, and what may be compared of its outcomes.
import { Effect } from "effect"
import * as path from "node:path"
import * as Batches from "../src/Batches.ts"
import type { Outcome, Plan } from "../src/Loop.ts"
import * as BigramLearner from "./BigramLearner.ts"

export const contextLength = 8

export const planIn = (workspace: string, changes: Partial<Plan> = {}): Plan => {
  const [ids, validation] = [BigramLearner.corpus(1), BigramLearner.corpus(2)]
  return {
    ids,
    layout: { tokens: ids.length, contextLength, batchSize: 4, seed: 99 },
    validation: {
      ids: validation,
      starts: Batches.evaluationStarts(validation.length, contextLength, 200),
      bytesPerToken: 2
    },
    schedule: {
      curve: { name: "cosine", cycles: 0.5 },
      learningRate: 0.3,
      minLearningRate: 0.03,
      warmupSteps: 5,
      steps: 60
    },
    stopping: { patience: 0, minDelta: 0 },
    restoreBest: true,
    evaluateEvery: 7,
    checkpointEvery: 10,
    checkpointMs: Infinity,
    logEvery: 1,
    checkpoints: path.join(workspace, "checkpoints"),
    events: path.join(workspace, "tensorboard"),
    report: () => Effect.void,
    ...changes
  }
}

/** Everything about an outcome that must not depend on time or on interruptions. */
export const repeatable = (outcome: Outcome) => ({
  weights: [...outcome.weights.values()].map(({ name, bytes }) => [name, Buffer.from(bytes).toString("hex")]),
  steps: (["step", "tokens_seen", "loss_nats", "learning_rate", "gradient_norm"] as const).map((name) => [
    ...outcome.steps.column(name)
  ]),
  evaluations: outcome.evaluations.columns.map((name) => [...outcome.evaluations.column(name)]),
  standing: outcome.standing,
  stopReason: outcome.stopReason
})
