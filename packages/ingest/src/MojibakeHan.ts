// Chinese that was read in the wrong encoding and saved again: GBK taken for Latin-1 (`ÄãºÃ` where 你好 was), and UTF-8 taken for GBK
// (`浣犲ソ`). Put right only where the outcome is full of the most frequent Han characters, which nothing is by chance.
import { isCommonHan } from "./Han.ts"

const gbk = new TextDecoder("gb18030", { fatal: true, ignoreBOM: true })
const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })

type Decoder = InstanceType<typeof TextDecoder>

export interface Undone {
  readonly text: string
  /** characters that were put right */
  readonly repaired: number
}

/** Least share of frequent Han characters and Chinese marks among what is put right: real text has 0.85. */
const leastCommon = 0.8
/** Fewer garbled characters may be anything. */
const leastCharacters = 4

const latinRun = /(?:[\u0081-\u00FE][\u0040-\u007E\u0080-\u00FE]){2}/u
const highLatin = /[\u0080-\u00FF]/gu
const beyondLatin = /[\u0100-\uFFFF]/u
/** Han characters that UTF-8's frequent ones and marks turn into when they are read as GBK: 的 是 在 一 ， 。 … */
const utf8AsGbk = /[鐨鏄鍦涓锛銆鈥鏈浜浠鎴戜綘杩]/u
const hanRun = /[^\0-\u007F]+/gu

/** 锟斤拷 is what two U+FFFD look like through GBK: the bytes are lost, and the text says so again. */
const lost = /锟斤拷/gu

export const undoMojibakeHan = (garbled: string): Undone => {
  const marked = garbled.includes("锟斤拷") ? garbled.replace(lost, "\uFFFD\uFFFD") : garbled
  if (!beyondLatin.test(marked))
    return latinRun.test(marked) ? fromLatin(marked) : { text: marked, repaired: 0 }
  return utf8AsGbk.test(marked) ? fromGbk(marked) : { text: marked, repaired: 0 }
}

const fromLatin = (text: string): Undone => {
  const high = text.match(highLatin)?.length ?? 0
  const decoded = decode(gbk, Buffer.from(text, "latin1"))
  if (decoded === undefined) return { text, repaired: 0 }
  const characters = commonShare(decoded, high / 2)
  return characters === undefined ? { text, repaired: 0 } : { text: decoded, repaired: characters }
}

const fromGbk = (text: string): Undone => {
  let repaired = 0
  const made = text.replace(hanRun, (run) => {
    const bytes = gbkBytes(run)
    const decoded = bytes === undefined ? undefined : decode(utf8, bytes)
    const characters = decoded === undefined ? undefined : commonShare(decoded, 0)
    if (decoded === undefined || characters === undefined) return run
    repaired += characters
    return decoded
  })
  return { text: made, repaired }
}

const decode = (decoder: Decoder, bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes)
  } catch {
    return undefined
  }
}

/** How many characters beyond ASCII there are, if most of them are frequent Han characters and there are enough. */
const commonShare = (text: string, least: number): number | undefined => {
  let all = 0
  let common = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit < 0x80) continue
    all++
    if (isCommonHan(unit)) common++
  }
  // what took two bytes each must not have come from half as many letters with accents
  return all >= leastCharacters && common >= leastCommon * all && all >= 0.9 * least ? all : undefined
}

let codes: Map<number, number> | undefined

/** The bytes of text in GBK; undefined if it has a character that GBK has not. The table is made at the first call. */
const gbkBytes = (text: string): Uint8Array | undefined => {
  codes ??= gbkCodes()
  const bytes = new Uint8Array(2 * text.length)
  let length = 0
  for (let i = 0; i < text.length; i++) {
    const code = codes.get(text.charCodeAt(i))
    if (code === undefined) return undefined
    if (code > 0xff) bytes[length++] = code >> 8
    bytes[length++] = code & 0xff
  }
  return bytes.subarray(0, length)
}

const gbkCodes = (): Map<number, number> => {
  // Windows has the euro sign at 0x80
  const made = new Map([[0x20ac, 0x80]])
  const decoder = new TextDecoder("gbk")
  for (let lead = 0x81; lead < 0xff; lead++) {
    for (let trail = 0x40; trail < 0xff; trail++) {
      const unit = trail === 0x7f ? "" : decoder.decode(Uint8Array.of(lead, trail))
      if (unit.length === 1 && unit !== "\uFFFD" && !made.has(unit.charCodeAt(0)))
        made.set(unit.charCodeAt(0), (lead << 8) | trail)
    }
  }
  return made
}
