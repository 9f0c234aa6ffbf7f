// A table of text for the terminal.

/** Columns of a terminal: Han characters and their like take two. */
const width = (text: string): number =>
  Array.from(text).reduce(
    (sum, character) =>
      sum +
      (/[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]/u.test(character)
        ? 2
        : 1),
    0
  )

/** Rows as aligned lines, two spaces between columns; the first row is the head and gets a rule below it. */
export const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => width(row[column] ?? ""))))
  const line = (row: ReadonlyArray<string>) =>
    row
      .map((cell, column) => cell + " ".repeat(widths[column]! - width(cell)))
      .join("  ")
      .trimEnd()
  const [head, ...body] = rows
  if (head === undefined) return ""
  return [line(head), widths.map((each) => "─".repeat(each)).join("  "), ...body.map(line)].join("\n")
}
