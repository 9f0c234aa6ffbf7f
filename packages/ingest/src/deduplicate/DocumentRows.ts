// Rows of the kind `documents` on their way through: some go, some lose part of their text.
import { Documents, type Kind } from "@inkstone/artifact"

export type DocumentRows = Kind.Rows<(typeof Documents.tables)["documents"]>

/** The rows at these places, one as often as it is named. */
export const rowsAt = (rows: DocumentRows, places: ReadonlyArray<number>): DocumentRows => {
  const pick = (column: ReadonlyArray<string>) => places.map((place) => column[place]!)
  return {
    id: pick(rows.id),
    source: pick(rows.source),
    lang: pick(rows.lang),
    script: pick(rows.script),
    split: pick(rows.split),
    licence: pick(rows.licence),
    group: pick(rows.group),
    bytes: Uint32Array.from(places, (place) => rows.bytes[place]!),
    text: pick(rows.text)
  }
}

/** The rows whose text is still there; `undefined` marks those that go. */
export const keepRows = (rows: DocumentRows, texts: ReadonlyArray<string | undefined>): DocumentRows => {
  const kept = texts.flatMap((text, i) => (text === undefined ? [] : [i]))
  return {
    ...rowsAt(rows, kept),
    bytes: Uint32Array.from(kept, (i) =>
      texts[i] === rows.text[i] ? rows.bytes[i]! : Buffer.byteLength(texts[i] ?? "")
    ),
    text: kept.map((i) => texts[i] ?? "")
  }
}

/** Documents, bytes and documents per split of what is written. */
export class DocumentCount {
  documents = 0
  bytes = 0
  readonly splits: Record<string, number> = { train: 0, validation: 0, test: 0 }

  add(rows: DocumentRows): void {
    this.documents += rows.id.length
    for (const bytes of rows.bytes) this.bytes += bytes
    for (const split of rows.split) this.splits[split] = (this.splits[split] ?? 0) + 1
  }
}
