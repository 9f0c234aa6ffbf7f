// A drawing of dots in the terminal: a Braille character has two columns and four rows of them.

/** Bits of a character's dots, by column and row (Unicode, Braille Patterns). */
const bits = [
  [0x01, 0x02, 0x04, 0x40],
  [0x08, 0x10, 0x20, 0x80]
] as const
const EMPTY = 0x2800

export class Canvas {
  /** of characters */
  readonly columns: number
  readonly rows: number
  readonly #dots: Uint8Array
  readonly #inks: Int16Array

  constructor(columns: number, rows: number) {
    this.columns = columns
    this.rows = rows
    this.#dots = new Uint8Array(columns * rows)
    this.#inks = new Int16Array(columns * rows).fill(-1)
  }

  /** Dots from left to right. */
  get width(): number {
    return this.columns * 2
  }

  /** Dots from top to bottom. */
  get height(): number {
    return this.rows * 4
  }

  /** `x` from the left, `y` from the top; a character has one ink, that of its last dot. */
  dot(x: number, y: number, ink: number): void {
    if (x < 0 || y < 0 || x >= this.width || y >= this.height) return
    const cell = (y >> 2) * this.columns + (x >> 1)
    this.#dots[cell]! |= bits[x & 1 ? 1 : 0][y & 3]!
    this.#inks[cell] = ink
  }

  /** A line between two dots, both included. */
  line([x0, y0]: readonly [number, number], [x1, y1]: readonly [number, number], ink: number): void {
    const steps = Math.max(Math.abs(x1 - x0), Math.abs(y1 - y0), 1)
    for (let i = 0; i <= steps; i += 1)
      this.dot(Math.round(x0 + ((x1 - x0) * i) / steps), Math.round(y0 + ((y1 - y0) * i) / steps), ink)
  }

  /** Lines of text; `paint` colours what has one ink, -1 for none. */
  lines(paint: (text: string, ink: number) => string): ReadonlyArray<string> {
    return Array.from({ length: this.rows }, (_, row) => {
      let line = ""
      let [run, ink] = ["", -1]
      for (let column = 0; column < this.columns; column += 1) {
        const cell = row * this.columns + column
        const own = this.#inks[cell]!
        if (own !== ink) {
          line += paint(run, ink)
          ;[run, ink] = ["", own]
        }
        run += this.#dots[cell] === 0 ? " " : String.fromCodePoint(EMPTY + this.#dots[cell]!)
      }
      return line + paint(run, ink)
    })
  }
}
