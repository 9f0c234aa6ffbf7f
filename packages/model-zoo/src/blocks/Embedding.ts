// Rows of a table for tokens and for places.
import { gather, Initializer, type Parameter, parameter, slice, type Tensor } from "@inkstone/graph"
import { deviation } from "./Linear.ts"

/** Parameter `<name>.weight`, `[rows, C]`. */
export const table = (name: string, rows: number, channels: number): Parameter =>
  parameter(`${name}.weight`, [rows, channels], Initializer.normal(deviation))

/** Rows of learned places for tokens `[B, T]`: `[T, C]`, or `[B, T, C]` where the reading says the places. */
export const places = (table: Parameter, tokens: Tensor, positions: Tensor | undefined): Tensor => {
  const [, T = 1] = tokens.shape
  return positions === undefined ? slice(table, { axis: 0, from: 0, size: T }) : gather(table, positions)
}
