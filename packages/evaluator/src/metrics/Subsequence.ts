// Longest common subsequences of words, for ROUGE-L and ROUGE-Lsum (Lin, 2004), with the ties of rouge-score 0.1.2
// (rouge_score/rouge_scorer.py, `_lcs_table` and `_backtrack_norec`).

export class Subsequence {
  #table = new Int32Array(0)

  /** Length of the longest common subsequence. */
  length(reference: Int32Array, output: Int32Array): number {
    this.#fill(reference, output)
    return this.#table[(reference.length + 1) * (output.length + 1) - 1]!
  }

  /** Marks the places in the reference of one longest common subsequence. */
  mark(reference: Int32Array, output: Int32Array, marks: Uint8Array): void {
    this.#fill(reference, output)
    const columns = output.length + 1
    let [i, j] = [reference.length, output.length]
    while (i > 0 && j > 0) {
      if (reference[i - 1] === output[j - 1]) {
        marks[--i] = 1
        j--
      } else if (this.#table[i * columns + j - 1]! > this.#table[(i - 1) * columns + j]!) j--
      else i--
    }
  }

  /** [reference + 1, output + 1]: lengths for each two beginnings. */
  #fill(reference: Int32Array, output: Int32Array): void {
    const columns = output.length + 1
    const cells = (reference.length + 1) * columns
    if (this.#table.length < cells) this.#table = new Int32Array(2 * cells)
    const table = this.#table
    table.fill(0, 0, columns)
    for (let i = 1; i <= reference.length; i++) {
      const [above, here] = [(i - 1) * columns, i * columns]
      const word = reference[i - 1]!
      table[here] = 0
      let left = 0
      for (let j = 1; j < columns; j++) {
        if (output[j - 1] === word) left = table[above + j - 1]! + 1
        else if (table[above + j]! > left) left = table[above + j]!
        table[here + j] = left
      }
    }
  }
}
