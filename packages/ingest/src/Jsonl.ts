// One line of a JSONL file.
import type { IngestConfig } from "./IngestConfig.ts"

export type JsonlRecord =
  | { readonly text: string; readonly id: string | undefined; readonly lang: string | undefined }
  /** why the line cannot be used */
  | { readonly problem: string }

export const parseRecord = (line: string, fields: IngestConfig["jsonl"]): JsonlRecord => {
  const value = parse(line)
  if (value === undefined) return { problem: "is not JSON" }
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return { problem: "is JSON, but no object" }
  }
  const text = fieldOf(value, fields.textField)
  if (typeof text !== "string") {
    const found =
      text === undefined
        ? `has no field "${fields.textField}"`
        : `has a "${fields.textField}" that is no string`
    return { problem: `${found}; its fields are ${Object.keys(value).slice(0, 10).join(", ") || "none"}` }
  }
  const id = fields.idField === undefined ? undefined : nameOf(fieldOf(value, fields.idField))
  if (fields.idField !== undefined && id === undefined) {
    return { problem: `has no string or number in "${fields.idField}"` }
  }
  const lang = fields.langField === undefined ? undefined : fieldOf(value, fields.langField)
  return {
    text,
    id,
    lang: typeof lang === "string" && lang !== "" ? lang : undefined
  }
}

const nameOf = (id: unknown): string | undefined =>
  typeof id === "string" ? id : typeof id === "number" ? id.toString() : undefined

const fieldOf = (value: object, name: string): unknown =>
  Object.entries(value).find(([key]) => key === name)?.[1]

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line)
  } catch {
    return undefined // no JSON text stands for undefined, so nothing else looks like this
  }
}
