// A YAML text with the way back from a path in its value to a line and column.
import { Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, parseDocument } from "yaml"
import type { Path } from "../PipelineDefinition.ts"

export interface Place {
  readonly line: number
  readonly column: number
  readonly source: string
}

export interface YamlText {
  readonly value: unknown
  /** not YAML, or a key that stands twice */
  readonly errors: ReadonlyArray<Place & { readonly problem: string }>
  readonly locate: (path: Path, at: "key" | "value") => Place
}

/** Parses one YAML document; never throws. */
export const parse = (text: string): YamlText => {
  const lineCounter = new LineCounter()
  const document = parseDocument(text, { lineCounter, prettyErrors: false })
  const lines = text.split(/\r?\n/)
  const place = (offset: number): Place => {
    const { line, col } = lineCounter.linePos(offset)
    return { line, column: col, source: lines[line - 1] ?? "" }
  }
  return {
    value: document.errors.length === 0 ? document.toJS() : undefined,
    errors: document.errors.map((error) => ({ ...place(error.pos[0]), problem: plain(error.message) })),
    locate: (path, at) => place(offsetOf(document, path, at))
  }
}

// the library ends some messages with advice on its own options
const plain = (message: string) => message.replace(/\s+/g, " ").trim()

/** Offset of the deepest part of `path` that exists. */
const offsetOf = (document: Document.Parsed, path: Path, at: "key" | "value"): number => {
  let node: Node | null | undefined = document.contents
  let key = startOf(node) ?? 0
  let value = key
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(document)
    if (isMap(node)) {
      const pair = node.items.find(({ key }) => isScalar(key) && String(key.value) === String(step))
      if (pair === undefined) return key
      key = startOf(pair.key) ?? value
      node = asNode(pair.value)
    } else if (isSeq(node) && typeof step === "number") {
      node = asNode(node.items[step])
      key = startOf(node) ?? value
    } else {
      return value
    }
    value = startOf(node) ?? key
  }
  return at === "key" ? key : value
}

const asNode = (value: unknown): Node | undefined =>
  isMap(value) || isSeq(value) || isScalar(value) || isAlias(value) ? value : undefined

const startOf = (value: unknown): number | undefined => asNode(value)?.range?.[0]
