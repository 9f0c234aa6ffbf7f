// How long encodings may be, and what is taken off where they are longer.
import { Effect, Schema } from "effect"
import type { Encoding } from "./Encoding.ts"
import { truncate as cut } from "./internal/Encodings.ts"

/** As `tokenizer.json` has it; older files say no direction, and mean the right. */
export const Truncation = Schema.Struct({
  direction: Schema.Literals(["Left", "Right"]).pipe(
    Schema.withDecodingDefaultKey(Effect.succeed("Right" as const))
  ),
  /** tokens with the special ones */
  max_length: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0)),
  /** of a pair: the longer one first, or always the same one */
  strategy: Schema.Literals(["LongestFirst", "OnlyFirst", "OnlySecond"]),
  /** tokens that a window repeats of the one before */
  stride: Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))
})
export type Truncation = typeof Truncation.Type

/** The text that is to give way is too short for it, or not there, or windows would not move on. */
export class TruncationImpossible extends Schema.TaggedError<TruncationImpossible>()("TruncationImpossible", {
  problem: Schema.String
}) {
  override get message() {
    return `truncation: ${this.problem}`
  }
}

/** Lengths of the two where the longer one gives way first. */
const longestFirst = (first: number, second: number, most: number): readonly [number, number] => {
  const short = Math.min(first, second)
  let [shorter, longer] = [short, short > most ? short : Math.max(short, most - short)]
  if (shorter + longer > most) {
    shorter = Math.floor(most / 2)
    longer = shorter + (most % 2)
  }
  return first <= second ? [shorter, longer] : [longer, shorter]
}

const wanted = (
  lengths: ReadonlyArray<number>,
  strategy: Truncation["strategy"],
  most: number
): ReadonlyArray<number> | TruncationImpossible => {
  const [first = 0, second] = lengths
  const total = first + (second ?? 0)
  if (most === 0) return lengths.map(() => 0)
  if (total <= most) return lengths
  if (strategy === "LongestFirst") return second === undefined ? [most] : longestFirst(first, second, most)
  const target = strategy === "OnlyFirst" ? 0 : 1
  const length = lengths[target]
  if (length === undefined) return new TruncationImpossible({ problem: "there is no second text to shorten" })
  const left = length - (total - most)
  if (left <= 0)
    return new TruncationImpossible({
      problem: `the ${strategy === "OnlyFirst" ? "first" : "second"} text has ${length} tokens, ${total - most} are too many`
    })
  return lengths.map((other, place) => (place === target ? left : other))
}

/** Encodings of a text or a pair so that `max_length` is kept with `added` more tokens. */
export const truncate = (
  encodings: ReadonlyArray<Encoding>,
  { direction, max_length, strategy, stride }: Truncation,
  added: number
): ReadonlyArray<Encoding> | TruncationImpossible => {
  const lengths = wanted(
    encodings.map(({ ids }) => ids.length),
    strategy,
    Math.max(0, max_length - added)
  )
  if (lengths instanceof TruncationImpossible) return lengths
  const tooWide = lengths.findIndex(
    (length, place) => length > 0 && length < encodings[place]!.ids.length && stride >= length
  )
  if (tooWide >= 0)
    return new TruncationImpossible({
      problem: `a stride of ${stride} is not below the ${lengths[tooWide]} tokens of a window`
    })
  return encodings.map((encoding, place) => cut(encoding, { direction, stride, length: lengths[place]! }))
}
