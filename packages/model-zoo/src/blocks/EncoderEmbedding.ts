// What an encoder adds to the embedding of a token besides its place.
import { equal, gather, reshape, slice, type Tensor, where } from "@inkstone/graph"

/**
 * Rows of a table `[texts, C]` for the text each token belongs to, `[B, T, C]`, or `[1, C]` if all belong to the first one. Two
 * rows are chosen between, for the gradient of `gather` adds up all tokens one by one.
 */
export const segments = (table: Tensor, of: Tensor | undefined): Tensor => {
  const row = (text: number) => slice(table, { axis: 0, from: text, size: 1 }) // [1, C]
  if (of === undefined) return row(0)
  const [texts = 1] = table.shape
  if (texts !== 2) return gather(table, of)
  const second = reshape(equal(of, 1), [...of.shape, 1]) // [B, T, 1]
  return where(second, row(1), row(0)) // [B, T, C]
}
