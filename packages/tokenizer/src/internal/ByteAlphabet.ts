// GPT-2's spelling of bytes as visible characters, in which `tokenizer.json` writes pieces: bytes that are visible in
// Latin-1 stand for themselves, the other 68 are moved to U+0100 and above, in order.

const isVisible = (byte: number) =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae

const characterOf = (() => {
  let moved = 0
  return Array.from({ length: 256 }, (_, byte) =>
    String.fromCharCode(isVisible(byte) ? byte : 0x100 + moved++)
  )
})()

const byteOf = new Map(characterOf.map((character, byte) => [character, byte]))

/** The 256 bytes in the order of their characters: the order in which Hugging Face's trainer numbers its alphabet. */
export const bytesInAlphabetOrder: ReadonlyArray<number> = Array.from(
  { length: 256 },
  (_, byte) => byte
).toSorted((a, b) => characterOf[a]!.charCodeAt(0) - characterOf[b]!.charCodeAt(0))

export const spell = (piece: Uint8Array): string => {
  let text = ""
  for (const byte of piece) text += characterOf[byte]!
  return text
}

/** The bytes a spelled piece stands for, or `undefined` if a character is not of the alphabet. */
export const unspell = (text: string): Uint8Array | undefined => {
  const piece = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) {
    const byte = byteOf.get(text[i]!)
    if (byte === undefined) return undefined
    piece[i] = byte
  }
  return piece
}
