// A document's scores as one row of numbers, in the order of the score columns.
import { type ScoreColumn, scoreColumns } from "@inkstone/artifact"

export type ScoreRow = Float32Array

type Places = Readonly<Record<ScoreColumn, number>>
const isWhole = (made: Partial<Places>): made is Places =>
  scoreColumns.every((column) => made[column] !== undefined)
const places = (): Places => {
  const made: Partial<Record<ScoreColumn, number>> = {}
  for (const [place, column] of scoreColumns.entries()) made[column] = place
  if (!isWhole(made)) throw new Error("a column of scores has no place")
  return made
}
/** Where each column's value stands in a row. */
export const at: Places = places()

const nothing = new Float32Array(scoreColumns.length).fill(Number.NaN)

/** Some scores by their columns. */
export type Known = { readonly [Column in ScoreColumn]?: number | undefined }

/** A row that says nothing but these. */
export const rowOf = (known: Known): ScoreRow => {
  const row = nothing.slice()
  enter(row, known)
  return row
}

export const enter = (row: ScoreRow, values: Known): void => {
  for (const column of scoreColumns) {
    const value = values[column]
    if (value !== undefined) row[at[column]] = value
  }
}
