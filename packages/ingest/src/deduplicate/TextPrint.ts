// Prints of 64 bits of texts as they are, but for white space and, on request, case.
import { mix } from "./Shingles.ts"

/** Units that count as white space, and what each unit is in lower case. */
let table: { readonly space: Uint8Array; readonly lower: Uint16Array } | undefined

const build = () => {
  const space = new Uint8Array(0x1_0000)
  const lower = new Uint16Array(0x1_0000)
  for (let unit = 0; unit < 0x1_0000; unit++) {
    const character = String.fromCharCode(unit)
    const low = character.toLowerCase()
    lower[unit] = low.length === 1 ? low.charCodeAt(0) : unit
    if (/\s/u.test(character)) space[unit] = 1
  }
  return { space, lower }
}

/** Equal for texts that differ in white space only: runs of it count as one space, at the ends as none. */
export class TextPrint {
  /** of the last text */
  low = 0
  high = 0
  /** units of it, runs of white space as one */
  units = 0
  readonly #ignoreCase: boolean

  constructor({ ignoreCase }: { readonly ignoreCase: boolean }) {
    this.#ignoreCase = ignoreCase
  }

  read(text: Uint16Array, from: number, to: number): void {
    const { lower, space } = (table ??= build())
    const ignoreCase = this.#ignoreCase
    let a = 0x811c9dc5 | 0
    let b = 0x2545f491 | 0
    let units = 0
    let spaces = 0
    for (let i = from; i < to; i++) {
      const raw = text[i]!
      if (space[raw] === 1) {
        spaces = 1
        continue
      }
      if (spaces === 1 && units > 0) {
        a = Math.imul(a ^ 0x20, 0x01000193)
        b = Math.imul(b + 0x20, 0x85ebca77)
        b ^= b >>> 15
        units++
      }
      spaces = 0
      const unit = ignoreCase ? lower[raw]! : raw
      a = Math.imul(a ^ unit, 0x01000193)
      b = Math.imul(b + unit, 0x85ebca77)
      b ^= b >>> 15
      units++
    }
    this.low = mix(a ^ units)
    this.high = mix(b)
    this.units = units
  }
}
