// A plan for the bigram learner, and what may be compared of its outcomes.
import { Effect } from "effect"
import * as path from "node:path"
import * as TokenWindows from "../src/feeds/TokenWindows.ts"
import type { Outcome, Plan } from "../src/Loop.ts"
import { noMeasures } from "../src/Task.ts"
import * as BigramLearner from "./BigramLearner.ts"

export const contextLength = 8

export const planIn = (workspace: string, changes: Partial<Plan> = {}): Plan => {
  const [ids, validation] = [BigramLearner.corpus(1), BigramLearner.corpus(2)]
  return {
    train: TokenWindows.train({ ids, contextLength }, { batchSize: 4, seed: 99 }),
    validation: TokenWindows.evaluate({ ids: validation, contextLength }, 200),
    measures: noMeasures,
    microBatchSize: 4,
    bytesPerPrediction: 2,
    guard: { spike: 0, rollbacks: 0, rateFactor: 1 },
    memoryLimit: Infinity,
    schedule: {
      curve: { name: "cosine", cycles: 0.5 },
      learningRate: 0.3,
      minLearningRate: 0.03,
      warmupSteps: 5,
      steps: 60
    },
    stopping: { metric: "loss", mode: "min", patience: 0, minDelta: 0 },
    restoreBest: true,
    evaluateEvery: 7,
    checkpointEvery: 10,
    checkpointMs: Infinity,
    keepLast: 2,
    keepBest: 1,
    logEvery: 1,
    checkpoints: path.join(workspace, "checkpoints"),
    monitor: { events: path.join(workspace, "tensorboard"), histograms: false },
    report: () => Effect.void,
    ...changes
  }
}

/** Everything about an outcome that must not depend on time or on interruptions. */
export const repeatable = (outcome: Outcome) => ({
  weights: [...outcome.weights.values()].map(({ name, bytes }) => [name, Buffer.from(bytes).toString("hex")]),
  steps: (["step", "tokens_seen", "loss_nats", "learning_rate", "gradient_norm", "update_norm"] as const).map(
    (name) => [...outcome.steps.column(name)]
  ),
  evaluations: outcome.evaluations.columns.map((name) => [...outcome.evaluations.column(name)]),
  standing: outcome.standing,
  detours: outcome.detours,
  samples: outcome.samples,
  stopReason: outcome.stopReason
})
