// Some documents whose words are to be counted: the unit in which training hands out work.
import { type CountedWords, type CountLimits, WordCounts } from "../internal/WordCounts.ts"
import { type Pattern, wordEnd } from "../Pattern.ts"

export interface CountSettings {
  readonly pattern: Pattern
  readonly limits: CountLimits
}

export interface CountTask {
  readonly texts: ReadonlyArray<string>
}

export const countTask = ({ texts }: CountTask, { limits, pattern }: CountSettings): CountedWords => {
  const words = new WordCounts(wordEnd(pattern), limits)
  for (const text of texts) words.add(text)
  return words.counted()
}
