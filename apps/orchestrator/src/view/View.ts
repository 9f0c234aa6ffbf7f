// Something that shows a run while it goes on.
import type { RunEvent } from "@inkstone/pipeline"

export interface View {
  /** `at` in milliseconds, from one clock. */
  readonly on: (event: RunEvent, at: number) => void
  /** Leaves the terminal as a shell expects it; safe to call twice. */
  readonly close: () => void
}

/** Where a view writes. */
export interface Out {
  readonly write: (text: string) => void
  /** of a terminal; undefined for a pipe or a file */
  readonly columns: number | undefined
}
