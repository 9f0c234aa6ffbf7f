// How wide text stands in a terminal: Han characters and their like take two columns, marks on a letter none.
import { stripVTControlCharacters } from "node:util"

const wide =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uA960-\uA97F\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{1F300}-\u{1F64F}\u{1F680}-\u{1F6FF}\u{1F900}-\u{1F9FF}\u{20000}-\u{3FFFD}]/u
const none = /[\p{Mn}\p{Me}\p{Cf}]/u

const ofCharacter = (character: string): number => (wide.test(character) ? 2 : none.test(character) ? 0 : 1)

/** Columns that `text` takes. */
export const of = (text: string): number =>
  Array.from(text).reduce((sum, character) => sum + ofCharacter(character), 0)

/** The longest beginning of `text` that fits into so many columns; never half a wide character. */
export const clip = (text: string, columns: number): string => {
  let width = 0
  let end = 0
  for (const character of text) {
    width += ofCharacter(character)
    if (width > columns) return text.slice(0, end)
    end += character.length
  }
  return text
}

/** `text` with spaces behind it up to so many columns. */
export const pad = (text: string, columns: number): string =>
  text + " ".repeat(Math.max(0, columns - of(text)))

/** The same for text with colours in it, which take no columns. */
export const padPainted = (text: string, columns: number): string =>
  text + " ".repeat(Math.max(0, columns - of(stripVTControlCharacters(text))))
