// What the training stage needs of a type of tokenizer.
import type { StageFailure } from "@inkstone/stage"
import type { Effect } from "effect"
import type { TextTokenizer } from "../TextTokenizer.ts"

export interface Learner {
  /** Takes a document. */
  readonly add: (text: string) => Effect.Effect<void, StageFailure>
  /** All documents were added. */
  readonly finish: Effect.Effect<void, StageFailure>
  /** Learns for a while; `true` when there is nothing left to learn. */
  readonly advance: () => boolean
  /** pieces so far */
  readonly size: () => number
  /** what the person who waits should know of the outcome */
  readonly warnings: () => ReadonlyArray<string>
  readonly textBytes: () => number
  readonly tokenizer: () => TextTokenizer
}
