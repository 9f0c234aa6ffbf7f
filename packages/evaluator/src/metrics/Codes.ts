// A text as code points in a buffer that grows: what tokenizers read and write.

/** White space as Python's `str.split` and `str.strip` see it (CPython, `_PyUnicode_IsWhitespace`). */
const spaces = new Uint8Array(0x3001)
for (const code of [0x20, 0x85, 0xa0, 0x1680, 0x2028, 0x2029, 0x202f, 0x205f, 0x3000]) spaces[code] = 1
spaces.fill(1, 0x09, 0x0e).fill(1, 0x1c, 0x20).fill(1, 0x2000, 0x200b)

export const isSpace = (code: number): boolean => code <= 0x3000 && spaces[code] === 1

/** Without white space at its end: Python's `str.rstrip`. */
export const stripEnd = (text: string): string => {
  let end = text.length
  while (end > 0 && isSpace(text.charCodeAt(end - 1))) end--
  return text.slice(0, end)
}

/** What stands between white space: Python's `str.split`. */
export const words = (text: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (let at = 0; at < text.length;) {
    while (at < text.length && isSpace(text.charCodeAt(at))) at++
    const start = at
    while (at < text.length && !isSpace(text.charCodeAt(at))) at++
    if (at > start) found.push(text.slice(start, at))
  }
  return found
}

export class Codes {
  points = new Uint32Array(1024)
  length = 0

  /** Room for `length` code points; what was there is lost. */
  clear(length: number): void {
    if (this.points.length < length) this.points = new Uint32Array(2 * length)
    this.length = 0
  }

  /** The code points of a text, white space at its ends left out if `trim`. */
  read(text: string, trim = false): void {
    this.clear(text.length)
    const { points } = this
    let to = 0
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      let code = unit
      if ((unit & 0xfc00) === 0xd800 && at + 1 < text.length) {
        const low = text.charCodeAt(at + 1)
        if ((low & 0xfc00) === 0xdc00) {
          code = ((unit - 0xd800) << 10) + (low - 0xdc00) + 0x10000
          at++
        }
      }
      if (trim && to === 0 && isSpace(code)) continue
      points[to++] = code
    }
    if (trim) while (to > 0 && isSpace(points[to - 1]!)) to--
    this.length = to
  }
}
