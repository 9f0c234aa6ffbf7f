// Levenshtein distance of words within a beam round the diagonal, with the edits that make it: the inner loop of TER, as in
// sacreBLEU 2.6 (sacrebleu/metrics/lib_ter.py, `BeamEditDistance`). Where costs are equal: keep or substitute, then delete,
// then insert.

const keep = 1
const substitute = 2
const remove = 3
const insert = 4
const beam = 25
/** a cell outside the beam */
const far = 2 ** 29

/** Which words are in error, and where each word of the reference stands in the output. */
export interface Alignment {
  /** 1 where the word of the output is edited */
  readonly outputErrors: Uint8Array
  readonly referenceErrors: Uint8Array
  /** of each word of the reference the place in the output, -1 before its start */
  readonly places: Int32Array
}

export class EditDistance {
  readonly #reference: Int32Array
  readonly #length: number
  /** columns of the tables: one more than the reference has words */
  readonly #columns: number
  /** [output + 1, columns] for the output that was aligned last */
  readonly #costs: Int32Array
  readonly #edits: Uint8Array
  /** the same for trials; the first rows stay in `#costs` */
  readonly #trial: Int32Array
  readonly #ratio: number
  readonly #beam: number

  /** For outputs of `length` words, all beside one reference. */
  constructor(reference: Int32Array, length: number) {
    this.#reference = reference
    this.#length = length
    this.#columns = reference.length + 1
    this.#costs = new Int32Array((length + 1) * this.#columns)
    this.#trial = new Int32Array((length + 1) * this.#columns)
    this.#edits = new Uint8Array((length + 1) * this.#columns)
    this.#ratio = length === 0 ? 1 : reference.length / length
    this.#beam = beam < this.#ratio / 2 ? Math.ceil(this.#ratio / 2 + beam) : beam
    for (let j = 0; j < this.#columns; j++) {
      this.#costs[j] = j
      this.#edits[j] = insert
    }
  }

  /** Edits between an output and the reference; the output that trials start from. */
  align(output: Int32Array): number {
    for (let i = 1; i <= this.#length; i++) this.#row(output[i - 1]!, i, this.#costs, this.#costs)
    for (let i = 1; i <= this.#length; i++) this.#explain(output[i - 1]!, i)
    return this.#costs.at(-1)!
  }

  /** Edits of an output that begins as the aligned one does, for `same` words. */
  trial(output: Int32Array, same: number): number {
    if (same >= this.#length) return this.#costs.at(-1)!
    for (let i = same + 1; i <= this.#length; i++)
      this.#row(output[i - 1]!, i, i === same + 1 ? this.#costs : this.#trial, this.#trial)
    return this.#trial.at(-1)!
  }

  /** How the aligned output and the reference lie beside each other. */
  alignment(): Alignment {
    const outputErrors = new Uint8Array(this.#length)
    const referenceErrors = new Uint8Array(this.#columns - 1)
    const places = new Int32Array(this.#columns - 1)
    let [i, j] = [this.#length, this.#columns - 1]
    while (i > 0 || j > 0) {
      const edit = this.#edits[i * this.#columns + j]!
      const wrong = edit === keep ? 0 : 1
      // a word of the reference that the output lacks stands where the output has come to
      if (edit !== remove) {
        places[--j] = i - 1
        referenceErrors[j] = wrong
      }
      if (edit !== insert) outputErrors[--i] = wrong
    }
    return { outputErrors, referenceErrors, places }
  }

  #first(i: number): number {
    return Math.max(0, Math.floor(i * this.#ratio) - this.#beam)
  }

  #end(i: number): number {
    return i === this.#length
      ? this.#columns
      : Math.min(this.#columns, Math.floor(i * this.#ratio) + this.#beam)
  }

  /** Costs of row i of `to` from row i - 1 of `from`. */
  #row(word: number, i: number, from: Int32Array, to: Int32Array): void {
    const [columns, reference] = [this.#columns, this.#reference]
    const [above, here] = [(i - 1) * columns, i * columns]
    const [first, end] = [this.#first(i), this.#end(i)]
    to.fill(far, here, here + first)
    let left = far
    for (let j = first; j < end; j++) {
      let cost = from[above + j]! + 1
      if (j > 0) {
        const across = from[above + j - 1]! + (reference[j - 1] === word ? 0 : 1)
        if (across < cost) cost = across
        if (left + 1 < cost) cost = left + 1
      }
      left = cost < far ? cost : far
      to[here + j] = left
    }
    to.fill(far, here + end, here + columns)
  }

  /** The edit that gave each cost of row i: the first of equals. */
  #explain(word: number, i: number): void {
    const [columns, costs] = [this.#columns, this.#costs]
    const [above, here] = [(i - 1) * columns, i * columns]
    for (let j = this.#first(i); j < this.#end(i); j++) {
      const cost = costs[here + j]!
      const same = j > 0 && this.#reference[j - 1] === word
      if (j > 0 && cost === costs[above + j - 1]! + (same ? 0 : 1))
        this.#edits[here + j] = same ? keep : substitute
      else this.#edits[here + j] = cost === costs[above + j]! + 1 ? remove : insert
    }
  }
}
