// Byte-level BPE, its words counted on threads.
import { Effect } from "effect"
import { type BpeSettings, BpeTrainer, wordBytes } from "../BpeTrainer.ts"
import { countingFailed } from "../internal/Failures.ts"
import { longestCounted } from "../internal/WordCounts.ts"
import { byteLevelBpe } from "../TextTokenizer.ts"
import { threadsOf } from "../threads/ThreadPool.ts"
import { bytesWorthThreads, WordCounter } from "../threads/WordCounter.ts"
import type { Learner } from "./Learner.ts"

/** Merges between two looks at the clock, so that progress is shown and an interruption is heard. */
const chunkMerges = 256

/** `bytes` are those of all documents there are. */
export const byteBpe = Effect.fnUntraced(function* (settings: BpeSettings, bytes: number) {
  const trainer = new BpeTrainer(settings)
  const threads = bytes < bytesWorthThreads ? 1 : threadsOf(process.env)
  const counter = yield* Effect.acquireRelease(
    Effect.sync(
      () =>
        new WordCounter({ pattern: settings.pattern, limits: { bytes: wordBytes } }, threads, (words) =>
          trainer.addCounted(words)
        )
    ),
    (counter) => Effect.promise(() => counter.close())
  )
  const learner: Learner = {
    add: (text) => Effect.tryPromise({ try: () => counter.add(text), catch: countingFailed }),
    finish: Effect.tryPromise({ try: () => counter.finish(), catch: countingFailed }),
    advance: () => trainer.advance(chunkMerges),
    size: () => trainer.size,
    warnings: () => [
      ...(trainer.size < settings.vocabSize
        ? [
            `Only ${trainer.size} of ${settings.vocabSize} pieces: no other pair occurs ${settings.minFrequency} times`
          ]
        : []),
      ...(trainer.longestCounted < longestCounted
        ? [
            `Too many different words for the memory: those above ${trainer.longestCounted} bytes were counted in parts`
          ]
        : [])
    ],
    textBytes: () => trainer.textBytes,
    tokenizer: () => byteLevelBpe(trainer.vocabulary())
  }
  return learner
})
