// One JSON object a line.
import { Cutter, type Piece } from "./Cutter.ts"
import { type RowItem, rowFormat } from "./Records.ts"
import { texts } from "./Texts.ts"

export const jsonl = rowFormat({
  extensions: [".jsonl", ".ndjson"],
  media: ["application/jsonl", "application/x-ndjson"],
  recognises: (head) => {
    const [first = "", second] = new TextDecoder().decode(head).split("\n", 2)
    return second !== undefined && ofLine({ text: first, line: 1, tooLong: undefined }).kind === "row"
  },
  rows: async function* (input, settings) {
    const cutter = new Cutter("lines", settings.maxChars)
    for await (const text of texts(input, settings)) yield cutter.push(text).map(ofLine)
    yield cutter.end().map(ofLine)
  }
})

const ofLine = ({ text, line, tooLong }: Piece): RowItem => jsonRow({ unit: "line", at: line, text, tooLong })

/** The JSON text of one record as a row. */
export const jsonRow = ({
  unit,
  at,
  text,
  tooLong
}: {
  readonly unit: string
  readonly at: number
  readonly text: string
  readonly tooLong: number | undefined
}): RowItem => {
  if (tooLong !== undefined) return { kind: "long", unit, at, chars: tooLong, text }
  const value = parse(text)
  if (value === undefined) return { kind: "bad", unit, at, problem: "is not JSON", text }
  return isFields(value)
    ? { kind: "row", unit, at, fields: value }
    : { kind: "bad", unit, at, problem: "is JSON, but no object", text }
}

const isFields = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const parse = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch {
    return undefined // no JSON text stands for undefined, so nothing else looks like this
  }
}
