// A text with places for the parts of an example, such as `Translate: {source}\n`.
import { Schema } from "effect"
import { defuse, marked, signsFor, type Stretch } from "./Marked.ts"

/** A part of an example: an input, a target, what someone said. */
export interface Part {
  readonly name: string
  readonly text: string
}

/** The source of a template that would say the same of every example without a part in it. */
export const TemplateWithPart = Schema.String.check(
  Schema.makeFilter(
    (source) =>
      /\{[^{}]+\}/u.test(source.replaceAll(/\{\{|\}\}/gu, "")) ||
      "expected the name of a part in braces, such as {answer}"
  )
)

interface Place {
  readonly literal: string
  /** the part that follows; the last literal has none behind it */
  readonly name: string | undefined
}

export class PromptTemplate {
  readonly #places: ReadonlyArray<Place>
  readonly #marks: ReadonlyArray<string>

  /** `{name}` is the part of that name; `{{` and `}}` are braces. Special tokens (`marks`) written in it are marks. */
  constructor(source: string, marks: ReadonlyArray<string>) {
    const places: Array<Place> = []
    let literal = ""
    let rest = 0
    for (const match of source.matchAll(/\{\{|\}\}|\{([^{}]+)\}/g)) {
      const [found, name] = match
      literal += source.slice(rest, match.index)
      rest = match.index + found.length
      if (name === undefined) literal += found[0]
      else {
        places.push({ literal, name })
        literal = ""
      }
    }
    this.#places = [...places, { literal: literal + source.slice(rest), name: undefined }]
    this.#marks = marks
  }

  /** A part it asks for that is not there. */
  missing(parts: ReadonlyArray<Part>): string | undefined {
    return this.#places.find(({ name }) => name !== undefined && !parts.some((part) => part.name === name))
      ?.name
  }

  /** Its text with the parts in it. */
  text(parts: ReadonlyArray<Part>): string {
    return this.#filled(parts, (text) => text)
  }

  /**
   * Its text with the parts in it, whose special tokens are text, all of it `learned` or none. Undefined where the parts use up
   * every character for private use.
   */
  render(parts: ReadonlyArray<Part>, learned: boolean): ReadonlyArray<Stretch> | undefined {
    const signs = signsFor([...this.#places.map(({ literal }) => literal), ...parts.map(({ text }) => text)])
    if (signs === undefined) return undefined
    const text = this.#filled(parts, (text) => defuse(text, this.#marks, signs))
    return marked(learned ? `${signs.begin}${text}${signs.end}` : text, this.#marks, signs)
  }

  #filled(parts: ReadonlyArray<Part>, as: (text: string) => string): string {
    return this.#places
      .map(({ literal, name }) => {
        const part = parts.find((each) => each.name === name)
        return literal + (part === undefined ? "" : as(part.text))
      })
      .join("")
  }
}
