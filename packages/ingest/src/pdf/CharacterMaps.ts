// Chinese, Japanese and Korean PDFs often hold no font and no table of their characters: they name one of Adobe's predefined character maps,
// which pdf.js looks up in files. Most of these are encodings that Node knows, so the maps are made here: from a code to its Unicode
// character. Vertical writing (`-V`) is left out.

interface Collection {
  /**
   * pdf.js goes from a code to a glyph's number (CID, below 65,536) and from there to Unicode. The numbers used here begin where those of
   * Adobe's collection end, so that a font of the same file which uses real ones gets no wrong characters.
   */
  readonly free: number
  /** the encoding of each map */
  readonly maps: Readonly<Record<string, string>>
}

const collections: Readonly<Record<string, Collection>> = {
  // Adobe Technical Notes 5079, 5080, 5078 and 5093 say how many glyphs each has
  GB1: {
    free: 30_600,
    maps: {
      "UniGB-UCS2-H": "utf-16be",
      "UniGB-UTF16-H": "utf-16be",
      "GB-EUC-H": "gbk",
      "GBpc-EUC-H": "gbk",
      "GBK-EUC-H": "gbk",
      "GBKp-EUC-H": "gbk",
      "GBK2K-H": "gbk"
    }
  },
  CNS1: {
    free: 19_400,
    maps: {
      "UniCNS-UCS2-H": "utf-16be",
      "UniCNS-UTF16-H": "utf-16be",
      "B5pc-H": "big5",
      "ETen-B5-H": "big5",
      "ETenms-B5-H": "big5",
      "HKscs-B5-H": "big5"
    }
  },
  Japan1: {
    free: 23_200,
    maps: {
      "UniJIS-UCS2-H": "utf-16be",
      "UniJIS-UCS2-HW-H": "utf-16be",
      "UniJIS-UTF16-H": "utf-16be",
      "UniJIS2004-UTF16-H": "utf-16be",
      "90ms-RKSJ-H": "shift_jis",
      "90msp-RKSJ-H": "shift_jis",
      "90pv-RKSJ-H": "shift_jis",
      "EUC-H": "euc-jp"
    }
  },
  Korea1: {
    free: 18_500,
    maps: {
      "UniKS-UCS2-H": "utf-16be",
      "UniKS-UTF16-H": "utf-16be",
      "KSC-EUC-H": "euc-kr",
      "KSCms-UHC-H": "euc-kr",
      "KSCms-UHC-HW-H": "euc-kr"
    }
  }
}

/** The characters that these encodings share out, first to last; those of Hangul come last, there is no room for them in Chinese. */
const blocks: ReadonlyArray<readonly [number, number]> = [
  [0x00, 0x6ff],
  [0x2000, 0x27ff],
  [0x2e80, 0x33ff],
  [0x4e00, 0x9fff],
  [0xf900, 0xfaff],
  [0xfe30, 0xffef],
  [0xac00, 0xd7a3]
]
interface Numbered {
  readonly first: number
  readonly last: number
  /** number of the first */
  readonly number: number
}
const numbered = (free: number): ReadonlyArray<Numbered> => {
  let number = free
  return blocks.flatMap(([first, last]) => {
    const begin = number
    number += last - first + 1
    return number > 0x10000 ? [] : [{ first, last, number: begin }]
  })
}

const hex = (value: number, bytes = 2): string => `<${value.toString(16).padStart(2 * bytes, "0")}>`
const mapOf = (
  ranges: string,
  parts: ReadonlyArray<string>,
  kind: "bfrange" | "cidrange" | "cidchar"
): string => `begincmap\n${ranges}\n${parts.length} begin${kind}\n${parts.join("\n")}\nend${kind}\nendcmap\n`
const twoBytes = "1 begincodespacerange <0000> <ffff> endcodespacerange"

/** A character map in PostScript (Adobe Technical Note 5014); undefined for one that cannot be made. */
const characterMap = (name: string): string | undefined => {
  for (const [ordering, { free, maps }] of Object.entries(collections)) {
    const all = numbered(free)
    if (name === `Adobe-${ordering}-UCS2`) {
      const parts = all.map(
        ({ first, last, number }) => `${hex(number)} ${hex(number + last - first)} ${hex(first)}`
      )
      return mapOf(twoBytes, parts, "bfrange")
    }
    const encoding = Object.hasOwn(maps, name) ? maps[name] : undefined
    if (encoding === undefined) continue
    if (encoding !== "utf-16be") return bytesMap(encoding, all)
    return mapOf(
      twoBytes,
      all.map(({ first, last, number }) => `${hex(first)} ${hex(last)} ${number}`),
      "cidrange"
    )
  }
  return undefined
}

const bytesMap = (encoding: string, all: ReadonlyArray<Numbered>): string => {
  const decoder = new TextDecoder(encoding, { fatal: true })
  const numberOf = (bytes: ReadonlyArray<number>): number | undefined => {
    try {
      const text = decoder.decode(Uint8Array.from(bytes))
      const unit = text.length === 1 ? text.charCodeAt(0) : -1
      const block = all.find(({ first, last }) => unit >= first && unit <= last)
      return block === undefined ? undefined : block.number + unit - block.first
    } catch {
      return undefined // no character has this code
    }
  }
  const ranges: Array<string> = ["<8140> <fefe>"]
  const characters: Array<string> = []
  for (let first = 0; first < 256; first++) {
    const single = numberOf([first])
    if (single !== undefined) {
      ranges.push(`${hex(first, 1)} ${hex(first, 1)}`)
      characters.push(`${hex(first, 1)} ${single}`)
      continue
    }
    if (first <= 0x80) continue
    for (let second = 0x40; second < 0xff; second++) {
      const double = numberOf([first, second])
      if (double !== undefined) characters.push(`${hex(256 * first + second)} ${double}`)
    }
  }
  return mapOf(
    `${ranges.length} begincodespacerange ${ranges.join(" ")} endcodespacerange`,
    characters,
    "cidchar"
  )
}

const made = new Map<string, Uint8Array>()

/** Where pdf.js asks for its files: it gets these maps, and nothing else. */
export class CharacterMaps {
  fetch({ kind, filename }: { readonly kind: string; readonly filename: string }): Promise<Uint8Array> {
    const before = made.get(filename)
    if (before !== undefined) return Promise.resolve(before.slice())
    const map = kind === "cMapUrl" ? characterMap(filename) : undefined
    if (map === undefined) return Promise.reject(new Error(`there is no ${filename} here`))
    const bytes = new TextEncoder().encode(map)
    made.set(filename, bytes)
    return Promise.resolve(bytes.slice())
  }
}
