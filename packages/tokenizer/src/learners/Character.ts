// The character baseline.
import { Effect } from "effect"
import { type CharacterSettings, CharacterTrainer } from "../CharacterTokenizer.ts"
import type { Learner } from "./Learner.ts"

export const character = (settings: CharacterSettings): Learner => {
  const trainer = new CharacterTrainer(settings)
  return {
    add: (text) => Effect.sync(() => trainer.add(text)),
    finish: Effect.void,
    advance: () => true,
    size: () => 0,
    warnings: () => [],
    textBytes: () => trainer.textBytes,
    tokenizer: () => trainer.tokenizer()
  }
}
