// Longest match first in linear time: LinMaxMatch of Song, Salcianu, Song, Dopson and Zhou 2021 ("Fast WordPiece
// Tokenization", EMNLP). A trie of pieces where a node that cannot go on says which pieces the bytes so far are, and from
// which node among the continuations the match goes on.
import type { TokenSpans } from "../TokenSpans.ts"
import { ByteTrie, sortedOrder } from "./ByteTrie.ts"
import { growInt32 } from "./Grow.ts"

/** No UTF-8 has it: under it hang the pieces that continue a word. */
const continues = 0xff

const utf8 = new TextEncoder()

export class WordPieceTrie {
  readonly #cells: Int32Array
  /** node where continuations begin */
  readonly #inner: number
  /** where a node that cannot go on leads, -1: the word has no pieces */
  readonly #fallback: Int32Array
  /** pieces that are certain then: `#pieces[#starts[node] .. + #counts[node])` */
  readonly #starts: Int32Array
  readonly #counts: Int32Array
  #pieces = new Int32Array(1 << 10)
  #used = 0
  /** bytes of each id in a word */
  readonly #lengths: Int32Array

  /** `tokens` by id as the vocabulary spells them; those that begin with `prefix` continue a word. */
  constructor(tokens: ReadonlyArray<string>, prefix: string) {
    const keys: Array<Uint8Array> = []
    const ids: Array<number> = []
    const add = (id: number, key: Uint8Array) => {
      if (key.length === 0) return
      keys.push(key)
      ids.push(id)
    }
    this.#lengths = new Int32Array(tokens.length)
    for (const [id, token] of tokens.entries()) {
      const whole = utf8.encode(token)
      const isInner = prefix !== "" && token.startsWith(prefix)
      const rest = isInner ? utf8.encode(token.slice(prefix.length)) : whole
      this.#lengths[id] = rest.length
      // as Hugging Face looks it up, a word may also begin with what is spelled like a continuation
      add(id, whole)
      if ((isInner || prefix === "") && rest.length > 0) add(id, Uint8Array.of(continues, ...rest))
    }
    // there is such a node even where nothing hangs under it
    add(-1, Uint8Array.of(continues))
    const starts = new Int32Array(keys.length + 1)
    for (const [n, key] of keys.entries()) starts[n + 1] = starts[n]! + key.length
    const bytes = new Uint8Array(starts[keys.length]!)
    for (const [n, key] of keys.entries()) bytes.set(key, starts[n])
    const trie = new ByteTrie({ bytes, starts }, sortedOrder({ bytes, starts }))
    this.#cells = trie.cells
    this.#inner = this.#child(0, continues)
    const places = trie.cells.length >> 2
    this.#fallback = new Int32Array(places).fill(-1)
    this.#starts = new Int32Array(places)
    this.#counts = new Int32Array(places)
    this.#link(keys, ids)
  }

  /** Appends the pieces of the word `bytes[start..end)`; `false` and nothing if it has none. */
  match(bytes: Uint8Array, start: number, end: number, out: TokenSpans): boolean {
    const cells = this.#cells
    const before = out.length
    let node = 0
    let from = start
    for (let at = start; at < end;) {
      const child = cells[4 * node + 1]! ^ bytes[at]!
      if (cells[4 * child] === node) {
        node = child
        at++
        continue
      }
      from = this.#fallBack(node, from, out)
      node = this.#fallback[node]!
      if (node < 0) break
    }
    while (node >= 0 && node !== this.#inner) {
      from = this.#fallBack(node, from, out)
      node = this.#fallback[node]!
    }
    if (node >= 0 && from === end) return true
    out.length = before
    return false
  }

  #fallBack(node: number, from: number, out: TokenSpans): number {
    const first = this.#starts[node]!
    let at = from
    for (let i = first; i < first + this.#counts[node]!; i++) {
      const id = this.#pieces[i]!
      const to = at + this.#lengths[id]!
      out.push(id, at, to)
      at = to
    }
    return at
  }

  #child(node: number, byte: number): number {
    const child = this.#cells[4 * node + 1]! ^ byte
    return this.#cells[4 * child] === node ? child : -1
  }

  /** Fallbacks of all nodes, from the roots down (the paper's algorithm 2). */
  #link(keys: ReadonlyArray<Uint8Array>, ids: ReadonlyArray<number>): void {
    const cells = this.#cells
    // by depth in characters of the word: the byte that stands for "continues" is none
    const levels: Array<Array<number>> = []
    const bytesOf = new Map<number, number>()
    for (const key of keys) {
      const isInner = key[0] === continues
      let node = isInner ? this.#inner : 0
      for (let i = isInner ? 1 : 0; i < key.length; i++) {
        node = this.#child(node, key[i]!)
        if (bytesOf.has(node)) continue
        bytesOf.set(node, key[i]!)
        ;(levels[i - (isInner ? 1 : 0)] ??= []).push(node)
      }
    }
    for (const level of levels) {
      for (const node of level) {
        const value = cells[4 * node + 2]!
        if (value >= 0) {
          this.#starts[node] = this.#used
          this.#append(ids[value]!)
          this.#counts[node] = 1
          this.#fallback[node] = this.#inner
          continue
        }
        this.#linkThrough(node, bytesOf.get(node)!)
      }
    }
  }

  #linkThrough(node: number, byte: number): void {
    const parent = this.#cells[4 * node]!
    const first = this.#used
    this.#appendOf(parent)
    let from = this.#fallback[parent]!
    while (from >= 0 && this.#child(from, byte) < 0) {
      this.#appendOf(from)
      from = this.#fallback[from]!
    }
    if (from < 0) {
      this.#used = first
      return
    }
    this.#starts[node] = first
    this.#counts[node] = this.#used - first
    this.#fallback[node] = this.#child(from, byte)
  }

  #appendOf(node: number): void {
    const first = this.#starts[node]!
    for (let i = 0; i < this.#counts[node]!; i++) this.#append(this.#pieces[first + i]!)
  }

  #append(id: number): void {
    if (this.#used === this.#pieces.length) this.#pieces = growInt32(this.#pieces, this.#used + 1)
    this.#pieces[this.#used++] = id
  }
}
