// How many n-grams of an output are in its references, for n = 1 to N: exact, in one pass over each text. An n-gram is the
// id of its first n - 1 tokens and its last token, so a table of pairs holds all orders.

export class Overlap {
  readonly orders: number
  /** matches of the last output for each order, an n-gram counted at most as often as in one reference */
  readonly matches: Int32Array
  #prefixes = new Int32Array(0)
  #tokens = new Int32Array(0)
  #ids = new Int32Array(0)
  /** a slot is free where its stamp is an older one */
  #stamps = new Int32Array(0)
  #stamp = 0
  #size = 0
  /** of each n-gram: how often at most in one reference, and how often so far in the text being read */
  #most = new Int32Array(0)
  #now = new Int32Array(0)

  constructor(orders: number) {
    this.orders = orders
    this.matches = new Int32Array(orders)
  }

  /** Counts the n-grams of references; of each the highest count in one of them stays. */
  references(texts: ReadonlyArray<Int32Array>): void {
    const { orders } = this
    this.#clear(orders * texts.reduce((sum, { length }) => sum + length, 0))
    for (const [text, tokens] of texts.entries()) {
      if (text > 0) this.#now.fill(0, 0, this.#size)
      for (let start = 0; start < tokens.length; start++) {
        const end = Math.min(start + orders, tokens.length)
        for (let at = start, id = -1; at < end; at++) {
          id = this.#add(id, tokens[at]!)
          const count = ++this.#now[id]!
          if (count > this.#most[id]!) this.#most[id] = count
        }
      }
    }
    this.#now.fill(0, 0, this.#size)
  }

  /** Fills `matches` for an output beside the references given last. */
  output(tokens: Int32Array): void {
    this.matches.fill(0)
    for (let start = 0; start < tokens.length; start++) {
      const end = Math.min(start + this.orders, tokens.length)
      // what begins with an unknown n-gram is unknown as well
      for (let at = start, id = -1; at < end; at++) {
        id = this.#find(id, tokens[at]!)
        if (id < 0) break
        if (++this.#now[id]! <= this.#most[id]!) this.matches[at - start]!++
      }
    }
    this.#now.fill(0, 0, this.#size)
  }

  #clear(entries: number): void {
    this.#size = 0
    this.#stamp++
    if (2 * entries <= this.#ids.length) return
    const slots = 2 ** Math.ceil(Math.log2(2 * entries + 64))
    this.#prefixes = new Int32Array(slots)
    this.#tokens = new Int32Array(slots)
    this.#ids = new Int32Array(slots)
    this.#stamps = new Int32Array(slots)
    this.#most = new Int32Array(slots)
    this.#now = new Int32Array(slots)
    this.#stamp = 1
  }

  #find(prefix: number, token: number): number {
    const mask = this.#ids.length - 1
    if (mask < 0) return -1
    for (let slot = hash(prefix, token) & mask; ; slot = (slot + 1) & mask) {
      if (this.#stamps[slot] !== this.#stamp) return -1
      if (this.#tokens[slot] === token && this.#prefixes[slot] === prefix) return this.#ids[slot]!
    }
  }

  #add(prefix: number, token: number): number {
    const mask = this.#ids.length - 1
    for (let slot = hash(prefix, token) & mask; ; slot = (slot + 1) & mask) {
      if (this.#stamps[slot] !== this.#stamp) {
        const id = this.#size++
        this.#stamps[slot] = this.#stamp
        this.#prefixes[slot] = prefix
        this.#tokens[slot] = token
        this.#ids[slot] = id
        this.#most[id] = 0
        this.#now[id] = 0
        return id
      }
      if (this.#tokens[slot] === token && this.#prefixes[slot] === prefix) return this.#ids[slot]!
    }
  }
}

const hash = (prefix: number, token: number): number => {
  const mixed = Math.imul(Math.imul(prefix, 0x9e3779b1) ^ token, 0x85ebca6b)
  return mixed ^ (mixed >>> 13)
}

/** How many n-grams of an order a text of a length has. */
export const ngrams = (length: number, order: number): number => Math.max(0, length - order + 1)
