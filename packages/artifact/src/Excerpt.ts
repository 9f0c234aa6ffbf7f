// What a table shows of a text, so that people know which one is meant.

const excerptChars = 80

/** The first 80 code points in one line: white space and control characters become single spaces. */
export const excerptOf = (text: string): string => {
  const line = text.slice(0, 4 * excerptChars).replace(whiteSpace, " ")
  const short = line.slice(0, excerptChars)
  // characters and units are the same but for surrogate pairs
  return (/[\ud800-\udfff]/.test(short) ? Array.from(line).slice(0, excerptChars).join("") : short).trim()
}
// a single space, which is most of all white space, is left alone instead of being replaced by itself
const whiteSpace = /[\p{Cc}\s]{2,}|[^\S ]|\p{Cc}/gu
