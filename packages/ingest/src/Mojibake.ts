// UTF-8 that was once read as Windows-1252 and saved again: `â€™` where ’ was, `Ã©` where é was.

// The 27 characters that Windows-1252 has at 0x80-0x9F, and the byte of each; everything else up to U+00FF is its own byte.
const special = new Map<number, number>()
for (let byte = 0x80; byte < 0xa0; byte++) {
  const character = new TextDecoder("windows-1252").decode(Uint8Array.of(byte))
  special.set(character.charCodeAt(0), byte)
}
const continuation = `[\\u0080-\\u00BF${[...special.keys()].map((unit) => String.fromCharCode(unit)).join("")}]`

/**
 * Sequences that no language writes. `É”` (an accented capital before a closing quote) is well formed as bytes too, so
 * other sequences are only taken for mojibake in texts that have one of these.
 */
const certain = new RegExp(
  [
    "[ÂÃ][\\u0080-\\u009F\\u00A1-\\u00BF]",
    `â[€\\u0080]${continuation}`,
    "ï»¿",
    `(?:[Â-ß]${continuation}){3}`,
    `(?:[à-ï]${continuation}{2}){2}`
  ].join("|"),
  "u"
)
const sequence = new RegExp(`[Â-ß]${continuation}|[à-ï]${continuation}{2}|[ð-ô]${continuation}{3}`, "gu")

/** Text that was garbled twice needs two rounds; more than three have not been seen. */
const mostRounds = 3

/** The text as it was meant, and how many characters had to be put right. */
export const undoMojibake = (garbled: string): { readonly text: string; readonly repaired: number } => {
  let text = garbled
  let repaired = 0
  for (let round = 0; round < mostRounds && certain.test(text); round++) {
    text = text.replace(sequence, (found) => {
      const decoded = decode(found)
      if (decoded === undefined) return found
      repaired++
      return decoded
    })
  }
  return { text, repaired }
}

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
const decode = (found: string): string | undefined => {
  const bytes = new Uint8Array(found.length)
  for (let i = 0; i < found.length; i++) {
    const unit = found.charCodeAt(i)
    bytes[i] = special.get(unit) ?? unit
  }
  try {
    return utf8.decode(bytes)
  } catch {
    return undefined // not UTF-8 after all
  }
}
