// The lines between `---` at the top of a Markdown file. Of YAML and TOML only what is read: a name and one value on a line.
import { languageTag, type Page } from "../readers/Page.ts"

const fences =
  /^\uFEFF?(?:---[ \t]*\r?\n([\s\S]*?\r?\n)?(?:---|\.\.\.)|\+\+\+[ \t]*\r?\n([\s\S]*?\r?\n)?\+\+\+)[ \t]*(?:\r?\n|$)/u
/** A table of values, not the first paragraph of a text that begins with a rule: its first line must be one. */
const pair = /^([\w.:-]+)[ \t]*[:=][ \t]*(.*?)[ \t]*$/u
const comment = /^\s*(?:#|$)/u

const languages = ["lang", "language", "locale"]
const licences = ["licence", "license", "rights", "copyright"]

interface FrontMatter {
  readonly attributes: Omit<Page, "text">
  /** the file without it */
  readonly body: string
}

export const attributesOf = (markdown: string): FrontMatter => {
  const found = fences.exec(markdown)
  const lines = (found?.[1] ?? found?.[2] ?? "").split(/\r?\n/u)
  const first = lines.find((line) => !comment.test(line))
  const said = new Map<string, string>()
  if (found === null || (first !== undefined && !pair.test(first)))
    return { attributes: about(said), body: markdown }
  for (const line of lines) {
    const [, name = "", value = ""] = pair.exec(line) ?? []
    if (name !== "" && value !== "") said.set(name.toLowerCase(), unquoted(value))
  }
  return { attributes: about(said), body: markdown.slice(found[0].length) }
}

const about = (said: ReadonlyMap<string, string>): Omit<Page, "text"> => {
  const first = (names: ReadonlyArray<string>) =>
    names.map((name) => said.get(name)).find((value) => value !== undefined)
  return { title: first(["title"]) ?? "", lang: languageTag(first(languages)), licence: first(licences) }
}

const unquoted = (value: string): string => {
  const quote = value.charAt(0)
  if ((quote === '"' || quote === "'") && value.length > 1 && value.endsWith(quote)) return value.slice(1, -1)
  return value.replace(/\s+#.*$/u, "")
}
