// Paragraphs of LibreOffice's help in three languages (MPL-2.0), of pages that have the same paragraphs in the same order in all of them.
import { readFileSync } from "node:fs"
import { SourceFiles } from "@inkstone/stage"
import { Effect } from "effect"

const languages = { English: "en-US", German: "de", Chinese: "zh-CN" } as const
export type Language = keyof typeof languages

const packageOf = { English: "en-us", German: "de", Chinese: "zh-cn" } as const
const patternOf = (language: Language): string =>
  `apt:libreoffice-help-${packageOf[language]}/usr/share/libreoffice/help/${languages[language]}/text/**/*.html`

const entities: Readonly<Record<string, string>> = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " "
}

const textOf = (markup: string): string =>
  markup
    .replaceAll(/<[^>]+>/g, "")
    .replaceAll(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)))
    .replaceAll(/&(\w+);/g, (whole, name: string) => entities[name] ?? whole)
    .replaceAll(/\s+/g, " ")
    .trim()

/** Tag and text of every paragraph and heading of the page's own text. */
const paragraphs = (path: string): ReadonlyArray<readonly [tag: string, text: string]> => {
  const page = readFileSync(path, "utf8")
  const from = Math.max(0, page.indexOf('<div id="DisplayArea"'))
  return Array.from(
    page.slice(from).matchAll(/<(p|h[1-6])\b[^>]*>(.*?)<\/\1>/gs),
    ([, tag = "", body = ""]) => [tag, textOf(body)] as const
  )
}

/** Files of the help in a language by their path below it. */
const pagesOf = (language: Language) =>
  Effect.map(SourceFiles.resolve([patternOf(language)], import.meta.dirname), (files) => {
    const cut = `${languages[language]}/text/`
    return new Map(files.map(({ path }) => [path.slice(path.lastIndexOf(cut) + cut.length), path]))
  })

export interface Aligned {
  readonly English: string
  readonly German: string
  readonly Chinese: string
}

/** Unique paragraphs that say the same in three languages, in the order of the English ones. */
export const read = Effect.gen(function* () {
  const [english, german, chinese] = yield* Effect.all([
    pagesOf("English"),
    pagesOf("German"),
    pagesOf("Chinese")
  ])
  const found = new Map<string, Aligned>()
  for (const [name, path] of english) {
    const others = [german.get(name), chinese.get(name)]
    const [a, b, c] = [path, ...others].map((each) => (each === undefined ? [] : paragraphs(each)))
    const tags = (page: ReturnType<typeof paragraphs> = []) => page.map(([tag]) => tag).join()
    if (tags(a) !== tags(b) || tags(a) !== tags(c)) continue
    for (const [at, [, text]] of a!.entries()) {
      const aligned = { English: text, German: b![at]![1], Chinese: c![at]![1] }
      const isTranslated = text.length > 15 && aligned.German !== text && aligned.Chinese !== text
      if (isTranslated && !found.has(text)) found.set(text, aligned)
    }
  }
  return [...found.values()].toSorted((x, y) => (x.English < y.English ? -1 : 1))
})
