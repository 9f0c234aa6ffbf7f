// What a corpus holds: documents and bytes by split, language, script and licence.
import type { DatasetCard, Kind } from "@inkstone/artifact"
import type { DocumentRows } from "../deduplicate/DocumentRows.ts"

type ContentRows = Kind.Rows<(typeof DatasetCard.tables)["contents"]>

interface Cell {
  readonly split: string
  readonly lang: string
  readonly script: string
  readonly licence: string
  documents: number
  bytes: number
}

const parts = ["split", "lang", "script", "licence"] as const
type Part = (typeof parts)[number]

export interface Amount {
  readonly name: string
  readonly documents: number
  readonly bytes: number
}

export class Contents {
  readonly #cells = new Map<string, Cell>()

  add(rows: DocumentRows): void {
    for (let row = 0; row < rows.id.length; row++) {
      const [split = "", lang = "", script = "", licence = ""] = parts.map((part) => rows[part][row] ?? "")
      const key = `${split}\0${lang}\0${script}\0${licence}`
      const cell = this.#cells.get(key) ?? { split, lang, script, licence, documents: 0, bytes: 0 }
      cell.documents++
      cell.bytes += rows.bytes[row] ?? 0
      this.#cells.set(key, cell)
    }
  }

  /** By one of the parts, most bytes first. */
  by(part: Part): ReadonlyArray<Amount> {
    const sums = new Map<string, { name: string; documents: number; bytes: number }>()
    for (const cell of this.#cells.values()) {
      const sum = sums.get(cell[part]) ?? { name: cell[part], documents: 0, bytes: 0 }
      sum.documents += cell.documents
      sum.bytes += cell.bytes
      sums.set(cell[part], sum)
    }
    return [...sums.values()].toSorted((a, b) => b.bytes - a.bytes || (a.name < b.name ? -1 : 1))
  }

  rows(): ContentRows {
    const cells = [...this.#cells.entries()].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([, cell]) => cell)
    return {
      split: cells.map(({ split }) => split),
      lang: cells.map(({ lang }) => lang),
      script: cells.map(({ script }) => script),
      licence: cells.map(({ licence }) => licence),
      documents: Uint32Array.from(cells, ({ documents }) => documents),
      bytes: Float64Array.from(cells, ({ bytes }) => bytes)
    }
  }
}
