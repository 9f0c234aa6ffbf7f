// Ways to spoil a text that an encoder reads so that a decoder has something to restore.
import { Philox, SpanCorruption } from "@inkstone/model-zoo"

/**
 * - `spans`: pieces are cut out, a sentinel in place of each, and the decoder writes the pieces (T5; Raffel et al. 2020, 3.1.4).
 * - `prefix`: the decoder writes on where the encoder stops, at any place of the text (Raffel et al. 2020, 3.3.1).
 * - `deletion`: tokens are left out without a trace, and the decoder writes the whole text (BART; Lewis et al. 2020, 2.2).
 */
export const denoisings = ["spans", "prefix", "deletion"] as const
export type Denoising = (typeof denoisings)[number]

export interface DenoisingSettings {
  readonly denoising: Denoising
  /** S: most tokens that are read, the end counted */
  readonly sourceLength: number
  /** `spans` and `deletion`: share of a text's tokens that are cut out */
  readonly noise: number
  /** `spans`: tokens of a piece on average */
  readonly meanSpan: number
  /** `spans`: ids of what stands for the first piece, the second, ... */
  readonly sentinels: ReadonlyArray<number>
  readonly endOfTextId: number
}

type Numbers = Pick<DenoisingSettings, "denoising" | "sourceLength" | "noise" | "meanSpan">

/** Tokens that are left out of a text of `length`; one at least, and one at least stays. */
const deleted = (length: number, noise: number): number =>
  Math.min(Math.max(Math.round(length * noise), 1), length - 1)

/** The longest text whose source has at most `sourceLength` tokens, and the lengths of what it becomes at most. */
export const lengthsOf = (settings: Numbers): SpanCorruption.Lengths => {
  const { denoising, noise, sourceLength } = settings
  switch (denoising) {
    case "spans":
      return SpanCorruption.lengthsFor(sourceLength, settings)
    case "prefix":
      return { text: sourceLength, source: sourceLength, target: sourceLength }
    case "deletion": {
      let text = 2
      while (text + 1 - deleted(text + 1, noise) + 1 <= sourceLength) text += 1
      return { text, source: text - deleted(text, noise) + 1, target: text + 1 }
    }
  }
}

/** The same seed and row always spoil a text of a length in the same way. */
type Draw = SpanCorruption.Draw

const prefix = (text: ReadonlyArray<number>, { row, seed }: Draw, endOfTextId: number) => {
  const at = 1 + Math.floor(Philox.uniform(seed, { row, position: 0 }) * (text.length - 1))
  return { source: [...text.slice(0, at), endOfTextId], target: [...text.slice(at), endOfTextId] }
}

const deletion = (text: ReadonlyArray<number>, { row, seed }: Draw, settings: DenoisingSettings) => {
  const { endOfTextId, noise } = settings
  const source: Array<number> = []
  let left = deleted(text.length, noise)
  for (const [at, id] of text.entries()) {
    // selection sampling (Knuth, volume 2, algorithm S): every choice of tokens is equally likely
    if (Philox.uniform(seed, { row, position: at }) * (text.length - at) < left) left -= 1
    else source.push(id)
  }
  return { source: [...source, endOfTextId], target: [...text, endOfTextId] }
}

/** A text as what is read and what is to be written. */
export const spoil = (
  text: ReadonlyArray<number>,
  settings: DenoisingSettings,
  draw: Draw
): SpanCorruption.Example => {
  const { denoising, endOfTextId, sentinels } = settings
  switch (denoising) {
    case "spans": {
      // below 0 no token has an id: the first sentinel is -1, the second -2
      const marked = { ...settings, firstSentinel: -1, sentinels: sentinels.length }
      const { source, target } = SpanCorruption.corrupt(text, marked, draw)
      const named = (id: number) => (id < 0 ? (sentinels[-1 - id] ?? 0) : id)
      return { source: source.map(named), target: target.map(named) }
    }
    case "prefix":
      return prefix(text, draw, endOfTextId)
    case "deletion":
      return deletion(text, draw, settings)
  }
}
