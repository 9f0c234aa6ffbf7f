// A document without what an evaluation set has too, as in GPT-3 (Brown et al. 2020, appendix C): the match goes with a margin on
// both sides, what is left in short pieces goes, and a document in too many pieces goes as a whole.

export interface ExcisionSettings {
  readonly marginChars: number
  readonly minPieceChars: number
  readonly maxPieces: number
}

/** The pieces that are left, blank lines between them; undefined where the document goes. Lengths in UTF-16 units. */
export const excise = (
  text: string,
  spans: ReadonlyArray<readonly [from: number, to: number]>,
  { marginChars, maxPieces, minPieceChars }: ExcisionSettings
): string | undefined => {
  const pieces: Array<string> = []
  let begin = 0
  for (const [from, to] of spans) {
    const end = atCharacter(text, Math.max(begin, from - marginChars))
    if (end > begin) pieces.push(text.slice(begin, end).trim())
    begin = Math.max(begin, atCharacter(text, Math.min(text.length, to + marginChars)))
  }
  pieces.push(text.slice(begin).trim())
  if (pieces.length > maxPieces) return undefined
  const kept = pieces.filter((piece) => piece.length >= Math.max(1, minPieceChars))
  return kept.length === 0 ? undefined : kept.join("\n\n")
}

/** Not between the halves of a surrogate pair. */
const atCharacter = (text: string, at: number): number => {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit < 0xe000 && at > 0 ? at - 1 : at
}
