// Text to ids in steps: a stage can flush and be interrupted inside one huge document.
import type { TokenRun } from "./TokenRun.ts"

/** Holds the text being encoded and caches of its own. One at a time: make another for another document at once. */
export interface StepEncoder {
  /** Takes a document; unpaired surrogates become U+FFFD. Gives its length in UTF-8 bytes. */
  load(text: string): number
  /**
   * Encodes on from where it stopped, appending to `run`, until `run` holds at least `limit` tokens. `true` when the
   * document is finished.
   */
  advance(run: TokenRun, limit: number): boolean
}
