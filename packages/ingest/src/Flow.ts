// Running text put together from pieces of markup: white space collapsed, blocks apart.

/** A place in a flow to come back to. */
export interface Mark {
  readonly parts: number
  readonly pending: number
  readonly spaced: boolean
  readonly visible: number
  readonly linked: number
}

export class Flow {
  /** how many links are open */
  inLinks = 0
  readonly #parts: Array<string> = []
  /** line ends owed before the next text */
  #pending = 0
  #spaced = true
  /** characters other than white space, in all and inside links */
  #visible = 0
  #linked = 0

  /** Asks for a line end (1) or a blank line (2) before the next text. */
  break(lines: 0 | 1 | 2): void {
    if (lines > this.#pending) this.#pending = lines
  }

  text(value: string): void {
    const collapsed = value.replace(/[ \t\n\r\f]+/gu, " ")
    const text = this.#spaced || this.#pending > 0 ? collapsed.trimStart() : collapsed
    if (text !== "") this.#add(text)
  }

  verbatim(value: string): void {
    if (value !== "") this.#add(value)
  }

  mark(): Mark {
    return {
      parts: this.#parts.length,
      pending: this.#pending,
      spaced: this.#spaced,
      visible: this.#visible,
      linked: this.#linked
    }
  }

  /** Forgets all text since the mark. */
  backTo(mark: Mark): void {
    this.#parts.length = mark.parts
    this.#pending = mark.pending
    this.#spaced = mark.spaced
    this.#visible = mark.visible
    this.#linked = mark.linked
  }

  /** Share of the characters since the mark that stand inside links. */
  linkedShare(since: Mark): number {
    return (this.#linked - since.linked) / Math.max(1, this.#visible - since.visible)
  }

  join(): string {
    return this.#parts
      .join("")
      .replace(/[ \t]+\n/gu, "\n")
      .trim()
  }

  #add(text: string): void {
    if (this.#pending > 0 && this.#parts.length > 0) this.#parts.push("\n".repeat(this.#pending))
    this.#pending = 0
    this.#parts.push(text)
    this.#spaced = /\s$/u.test(text)
    const visible = text.replace(/\s+/gu, "").length
    this.#visible += visible
    if (this.inLinks > 0) this.#linked += visible
  }
}
