// Trainings as event files, made quickly.
import * as EventFile from "@inkstone/trainer/EventFile"
import type { HParams } from "@inkstone/trainer/events/HParams"
import { Effect } from "effect"

export interface Training {
  readonly folder: string
  /** when its last step was, since 1970 */
  readonly lastSeconds: number
  readonly steps: number
  readonly hparams?: HParams
  /** of step 1, 2, ... */
  readonly loss: (step: number) => number
  readonly evaluateEvery?: number
  readonly ended?: "success" | "failure"
}

/** Two steps a second. */
export const train = ({ ended, evaluateEvery = 10, folder, hparams, lastSeconds, loss, steps }: Training) =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const events = yield* EventFile.open(folder, { firstStep: 1, wallSeconds: lastSeconds - steps })
        if (hparams !== undefined) yield* events.started(lastSeconds - steps, hparams)
        for (let step = 1; step <= steps; step += 1) {
          const wall = lastSeconds - (steps - step) / 2
          yield* events.scalars(step, wall, {
            "loss/train": loss(step),
            learning_rate: 1 / 1024,
            tokens_per_second: 12_288
          })
          if (step % evaluateEvery === 0)
            yield* events.scalars(step, wall, { "loss/validation": loss(step) + 0.5 })
        }
        if (ended !== undefined) yield* events.ended(lastSeconds, ended)
      })
    )
  )
