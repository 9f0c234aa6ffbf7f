// A table of text for the terminal.
import * as Width from "./view/Width.ts"

/** Rows as aligned lines, two spaces between columns; the first row is the head and gets a rule below it. */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const [head, ...body] = rows
  if (head === undefined) return ""
  const widths = head.map((_, column) => Math.max(...rows.map((row) => Width.of(row[column] ?? ""))))
  const line = (row: ReadonlyArray<string>) =>
    row
      .map((cell, column) => Width.pad(cell, widths[column]!))
      .join("  ")
      .trimEnd()
  return [line(head), widths.map((each) => "─".repeat(each)).join("  "), ...body.map(line)].join("\n")
}
