// Finds added tokens in a text, leftmost first and of those that start together the longest, as Hugging Face does.
import type { AddedToken } from "../AddedTokens.ts"

const wordCharacter = /[\p{Alphabetic}\p{M}\p{Nd}\p{Pc}\p{Join_Control}]/u
const space = /[\p{White_Space}]/u
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

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

const characterBefore = (bytes: Uint8Array, from: number, at: number): string => {
  let start = at - 1
  while (start > from && (bytes[start]! & 0xc0) === 0x80) start--
  return decoder.decode(bytes.subarray(start, at))
}

const characterAt = (bytes: Uint8Array, at: number, to: number): string => {
  let end = at + 1
  while (end < to && (bytes[end]! & 0xc0) === 0x80) end++
  return decoder.decode(bytes.subarray(at, end))
}

const isApart = (
  bytes: Uint8Array,
  { from, to }: { readonly from: number; readonly to: number },
  start: number,
  end: number
): boolean =>
  (start === from || !wordCharacter.test(characterBefore(bytes, from, start))) &&
  (end === to || !wordCharacter.test(characterAt(bytes, end, to)))

const spaceBefore = (bytes: Uint8Array, from: number, at: number): number => {
  let start = at
  while (start > from) {
    const character = characterBefore(bytes, from, start)
    if (!space.test(character)) break
    start -= Buffer.byteLength(character)
  }
  return start
}

const spaceAfter = (bytes: Uint8Array, at: number, to: number): number => {
  let end = at
  while (end < to) {
    const character = characterAt(bytes, end, to)
    if (!space.test(character)) break
    end += Buffer.byteLength(character)
  }
  return end
}
