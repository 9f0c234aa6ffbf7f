// What an encoder makes of tokens, places and segments.
import { equal, gather, notEqual, reshape, slice, type Tensor, where, withGradient } from "@inkstone/graph"

/**
 * Rows of a table `[N, C]`, `[B, T, C]`, of which the one for padding is not trained: as with PyTorch's `padding_idx`, whatever
 * the padding is used for.
 */
export const rows = (table: Tensor, of: Tensor, paddingId: number): Tensor => {
  const x = gather(table, of) // [B, T, C]
  const real = reshape(notEqual(of, paddingId), [...of.shape, 1]) // [B, T, 1]
  return withGradient(x, [x], (g) => [where(real, g, 0)])
}

/**
 * Rows of a table `[texts, C]` for the text each token belongs to, `[B, T, C]`; the first row, `[1, C]`, if that is not said or
 * the network knows one text alone. Two rows are chosen between, for the gradient of `gather` adds up all tokens one by one.
 */
export const segments = (table: Tensor, of: Tensor | undefined): Tensor => {
  const row = (text: number) => slice(table, { axis: 0, from: text, size: 1 }) // [1, C]
  const [texts = 1] = table.shape
  if (of === undefined || texts === 1) return row(0)
  if (texts !== 2) return gather(table, of)
  const second = reshape(equal(of, 1), [...of.shape, 1]) // [B, T, 1]
  return where(second, row(1), row(0)) // [B, T, C]
}
