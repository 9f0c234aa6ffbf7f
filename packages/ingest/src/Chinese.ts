// Simplified to traditional writing and back, with the phrase tables of OpenCC. Off unless a pipeline asks, because no table knows every
// name: 后 is 後 and 后.
export type ChineseWriting = "keep" | "simplified" | "traditional"
export type Convert = (text: string) => string

/** Loads the tables (about 1 MB of source) only where they are needed. */
export const chineseConverter = async (wanted: ChineseWriting): Promise<Convert | undefined> => {
  switch (wanted) {
    case "keep":
      return undefined
    case "simplified":
      return (await import("opencc-js/t2cn")).Converter({ from: "t", to: "cn" })
    case "traditional":
      return (await import("opencc-js/cn2t")).Converter({ from: "cn", to: "t" })
  }
}

/** Characters of a text that another writing has otherwise. */
export const changedCharacters = (before: string, after: string): number => {
  // phrases may be replaced by longer ones, after which places no longer match
  if (before.length !== after.length) return Math.max(1, Math.abs(before.length - after.length))
  let changed = 0
  for (let i = 0; i < before.length; i++) if (before.charCodeAt(i) !== after.charCodeAt(i)) changed++
  return changed
}
