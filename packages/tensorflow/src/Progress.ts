// Progress of an installation, in the shape stages report theirs.
import { Effect, Schedule } from "effect"

export interface Progress {
  readonly done: number
  readonly total?: number
  readonly unit: string
  readonly note?: string
}

export type Report = (progress: Progress) => Effect.Effect<void>

/** Reports what `read` says about `work` five times a second while it runs, and once more at its end. */
export const during = <A, E>(
  work: Effect.Effect<A, E>,
  read: Effect.Effect<Progress>,
  report: Report
): Effect.Effect<A, E> => {
  const tell = Effect.flatMap(read, report)
  return Effect.scoped(
    Effect.gen(function* () {
      yield* tell.pipe(Effect.repeat(Schedule.spaced("200 millis")), Effect.forkScoped)
      return yield* Effect.tap(work, () => tell)
    })
  )
}
