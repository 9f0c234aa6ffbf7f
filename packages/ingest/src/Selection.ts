// Which of the files that the patterns found are read, and in which order.
import { posix } from "node:path"
import type { SourceFile } from "@inkstone/stage"
import type { Reading } from "./readers/Settings.ts"

/** Sorted by name, by code unit: the same on every machine and in every locale. */
export const select = (
  files: ReadonlyArray<SourceFile>,
  { exclude, where }: Pick<Reading, "exclude" | "where">
): ReadonlyArray<SourceFile> => {
  const name = where.name === undefined ? undefined : new RegExp(where.name, "u")
  const number = where.number === undefined ? undefined : new RegExp(where.number.pattern, "u")
  const wanted = (file: SourceFile): boolean => {
    if (exclude.some((glob) => posix.matchesGlob(file.name, glob))) return false
    if (name !== undefined && !name.test(file.name)) return false
    if (number === undefined) return true
    const found = number.exec(file.name)?.[1]
    const value = found === undefined ? Number.NaN : Number(found)
    // a name without a number is in no range
    return value >= (where.number?.atLeast ?? -Infinity) && value <= (where.number?.atMost ?? Infinity)
  }
  return files.filter(wanted).toSorted((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0))
}

/** A name that two files share: documents are told apart by it. */
export const sharedName = (sorted: ReadonlyArray<SourceFile>): string | undefined =>
  sorted.find((file, index) => index > 0 && sorted[index - 1]?.name === file.name)?.name
