// What is trained in the benchmark, said once for all sides.
import { Schema } from "effect"

const Count = Schema.Int.check(Schema.isGreaterThan(0))

/** One training step of one network. Sides get it as JSON. */
export const Work = Schema.Struct({
  name: Schema.String,
  family: Schema.Literals(["gpt2", "bert", "t5"]),
  precision: Schema.Literals(["float32", "bfloat16"]),
  layers: Count,
  heads: Count,
  channels: Count,
  vocab: Count,
  /** B */
  batch: Count,
  /** T: positions of a row; for T5, of the text that is read */
  positions: Count,
  /** positions of the text that T5 writes */
  written: Schema.Int
})
export type Work = typeof Work.Type

const gpt = { family: "gpt2", written: 0 } as const
const small = { ...gpt, layers: 6, heads: 6, channels: 384, vocab: 8192 } as const
const base = { layers: 12, heads: 12, channels: 768 } as const

const shapes = [
  { ...small, name: "GPT 6x384", batch: 8, positions: 256 },
  { ...gpt, ...base, name: "GPT-2 124M", vocab: 50_257, batch: 2, positions: 512 },
  { ...base, name: "BERT-base MLM", family: "bert", vocab: 30_522, batch: 4, positions: 128, written: 0 },
  {
    name: "T5-small",
    family: "t5",
    layers: 6,
    heads: 8,
    channels: 512,
    vocab: 32_128,
    batch: 4,
    positions: 128,
    written: 64
  }
] as const

export const works: ReadonlyArray<Work> = shapes.flatMap((shape) =>
  (["float32", "bfloat16"] as const).map((precision) => ({ ...shape, precision }))
)

/** A thirty-second of the work: for machines that need minutes for the whole in bfloat16. */
export const fraction = (work: Work): Work => ({
  ...work,
  batch: 1,
  positions: Math.min(work.positions, 64),
  written: Math.min(work.written, 16)
})

/** Tokens a step reads and writes. */
export const tokensOf = ({ batch, positions, written }: Work): number => batch * (positions + written)

/** Text-like: a few tokens often, most rarely. The same for all sides. */
export const text = (count: number, vocab: number): Int32Array => {
  let state = 1
  return Int32Array.from({ length: count }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor(vocab ** (state / 2 ** 32)) % vocab
  })
}

/** Every seventh place is foretold in masked language modelling: about 15 %. */
export const isMasked = (place: number): boolean => place % 7 === 3
