// Finds added tokens in a text, leftmost first and of those that start together the longest, as Hugging Face does.
import type { AddedToken } from "../AddedTokens.ts"
import { characterFlags, isSpace, isWord } from "./CharacterFlags.ts"
import { codePointAt, lengthOf } from "./Utf8.ts"

interface Node {
  readonly next: Map<number, Node>
  token: AddedToken | undefined
}

export class TokenFinder {
  readonly #root: Node = { next: new Map(), token: undefined }
  /** 1 for bytes with which a token begins */
  readonly #first = new Uint8Array(256)
  /** there is nothing to find */
  readonly isEmpty: boolean

  /** `spelled` is how each token stands in the text. */
  constructor(tokens: ReadonlyArray<{ readonly token: AddedToken; readonly spelled: Uint8Array }>) {
    this.isEmpty = tokens.length === 0
    for (const { spelled, token } of tokens) {
      if (spelled.length === 0) continue
      this.#first[spelled[0]!] = 1
      let node = this.#root
      for (const byte of spelled) {
        let next = node.next.get(byte)
        if (next === undefined) node.next.set(byte, (next = { next: new Map(), token: undefined }))
        node = next
      }
      node.token ??= token
    }
  }

  /**
   * Calls `found` for each token in `bytes[from..to)`, with the span that it takes. With `ordinaryOnly` special tokens are
   * text.
   */
  find(
    bytes: Uint8Array,
    span: { readonly from: number; readonly to: number; readonly ordinaryOnly: boolean },
    found: (token: AddedToken, start: number, end: number) => void
  ): void {
    const { from, ordinaryOnly, to } = span
    let taken = from
    for (let at = from; at < to;) {
      if (this.#first[bytes[at]!] === 0) {
        at++
        continue
      }
      const end = this.#matchEnd(bytes, at, to)
      if (end < 0) {
        at++
        continue
      }
      const token = this.#matched!
      const start = at
      at = end
      if (ordinaryOnly && token.special) continue
      if (token.single_word && !isApart(bytes, { from, to }, start, end)) continue
      const left = token.lstrip ? Math.max(taken, spaceBefore(bytes, from, start)) : start
      taken = token.rstrip ? spaceAfter(bytes, end, to) : end
      found(token, left, taken)
    }
  }

  #matched: AddedToken | undefined

  /** Where the longest token that starts at `at` ends, or -1. */
  #matchEnd(bytes: Uint8Array, at: number, to: number): number {
    let node: Node | undefined = this.#root
    let end = -1
    for (let i = at; i < to; i++) {
      node = node.next.get(bytes[i]!)
      if (node === undefined) break
      if (node.token === undefined) continue
      this.#matched = node.token
      end = i + 1
    }
    return end
  }
}

const startBefore = (bytes: Uint8Array, from: number, at: number): number => {
  let start = at - 1
  while (start > from && (bytes[start]! & 0xc0) === 0x80) start--
  return start
}

const has = (flag: number, bytes: Uint8Array, at: number): boolean =>
  (characterFlags()[codePointAt(bytes, at)]! & flag) !== 0

const isApart = (
  bytes: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
  start: number,
  end: number
): boolean =>
  (start === from || !has(isWord, bytes, startBefore(bytes, from, start))) &&
  (end === to || !has(isWord, bytes, end))

const spaceBefore = (bytes: Uint8Array, from: number, at: number): number => {
  let start = at
  while (start > from) {
    const before = startBefore(bytes, from, start)
    if (!has(isSpace, bytes, before)) break
    start = before
  }
  return start
}

const spaceAfter = (bytes: Uint8Array, at: number, to: number): number => {
  let end = at
  while (end < to && has(isSpace, bytes, end)) end += lengthOf(bytes[end]!)
  return end
}
