// Cuts the decoded text of a file into pieces as it streams past, holding no more than one piece, and of that no more than
// a limit: a longer piece is only counted.
import type { Split } from "../IngestConfig.ts"
import { Bounded } from "./Bounded.ts"

export interface Piece {
  /** the whole piece, or the beginning of one that is too long to hold */
  readonly text: string
  /** code points of the whole piece; counted only for those too long */
  readonly tooLong: number | undefined
  /** line of the file on which it begins, from 1 */
  readonly line: number
}

const lineEnd = /\r\n|\n|\r/gu

/**
 * Feed it with `push`, then call `end`; both give the pieces that are complete. Cut into lines or sections, pieces without a
 * visible character are left out; a file read `whole` is one piece whatever it holds.
 */
export class Cutter {
  readonly #split: Exclude<Split, "chapters">
  readonly #heading: RegExp | undefined
  readonly #piece: Bounded
  readonly #unfinished: Bounded
  #done: Array<Piece> = []
  #line = 1
  #start = 1
  #carriageReturn = ""

  /** `limit`: most code points of a piece. */
  constructor(split: Split, limit: number) {
    // what has no chapters is one
    this.#split = split === "chapters" ? "whole" : split
    this.#heading = typeof split === "object" ? new RegExp(split.heading, "u") : undefined
    this.#piece = new Bounded(limit)
    this.#unfinished = new Bounded(limit)
  }

  push(chunk: string): ReadonlyArray<Piece> {
    if (this.#split === "whole") {
      this.#piece.add(chunk)
      return []
    }
    let text = this.#carriageReturn + chunk
    // the line feed that belongs to it may come with the next chunk
    this.#carriageReturn = text.endsWith("\r") ? "\r" : ""
    if (this.#carriageReturn !== "") text = text.slice(0, -1)
    let from = 0
    lineEnd.lastIndex = 0
    for (let end = lineEnd.exec(text); end !== null; end = lineEnd.exec(text)) {
      this.#unfinished.add(text.slice(from, lineEnd.lastIndex))
      this.#finishLine()
      from = lineEnd.lastIndex
    }
    if (from < text.length) this.#unfinished.add(text.slice(from))
    return this.#take()
  }

  end(): ReadonlyArray<Piece> {
    if (this.#carriageReturn !== "") this.#unfinished.add(this.#carriageReturn)
    if (this.#unfinished.points > 0) this.#finishLine()
    this.#finishPiece()
    return this.#take()
  }

  #take(): ReadonlyArray<Piece> {
    const done = this.#done
    this.#done = []
    return done
  }

  #finishLine(): void {
    const { text, tooLong } = this.#unfinished.take()
    const blank = text.trim() === ""
    const before = this.#split === "lines" || (this.#heading?.test(text.trimEnd()) ?? false)
    if (before || (blank && this.#split === "blank-lines")) this.#finishPiece()
    if (this.#piece.points === 0) this.#start = this.#line
    this.#piece.add(text, tooLong)
    this.#line++
  }

  #finishPiece(): void {
    const piece = { ...this.#piece.take(), line: this.#start }
    if (this.#split === "whole" || piece.text.trim() !== "") this.#done.push(piece)
  }
}
