// Who is told how the fetching of a source goes on. Sources are fetched while a pipeline is planned, where no stage reports.
import { Context, Effect } from "effect"
import type { Progress } from "../Stage.ts"

/** `undefined`: it has ended, well or not. */
export type Tell = (source: string, progress: Progress | undefined) => Effect.Effect<void>

/** A run gives it to its view, a plan to standard error; without it fetching is silent. */
export const Fetching = Context.Reference<Tell>("@inkstone/stage/Fetching", {
  defaultValue: () => () => Effect.void
})
