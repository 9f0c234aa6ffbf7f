// What a page says about itself: title, language, licence.
import { languageTag, type Page } from "../readers/Page.ts"
import { attribute, elementsOf, type Node, textOf } from "./Parse.ts"

const titles = ["og:title", "title", "dc.title", "twitter:title", "h1"]
const languages = ["html", "content-language", "og:locale", "dc.language"]
const licences = ["license", "dc.rights", "dcterms.rights", "dcterms.license", "copyright"]
const mostChars = 500

/** A page says the same thing in several ways; the first of the list that says anything holds. */
export const headOf = (document: Node): Omit<Page, "text"> => {
  const said = new Map<string, string>()
  const say = (name: string, value: string | undefined): void => {
    const clean = (value ?? "").replace(/\s+/gu, " ").trim().slice(0, mostChars)
    if (clean !== "" && !said.has(name)) said.set(name, clean)
  }
  for (const element of elementsOf(document, ({ tagName }) => tagName !== "svg")) {
    switch (element.tagName) {
      case "html":
        say("html", attribute(element, "lang") ?? attribute(element, "xml:lang"))
        break
      case "title":
      case "h1":
        if (!said.has(element.tagName)) say(element.tagName, textOf(element))
        break
      case "meta": {
        const name =
          attribute(element, "property") ?? attribute(element, "name") ?? attribute(element, "http-equiv")
        if (name !== undefined) say(name.toLowerCase(), attribute(element, "content"))
        break
      }
      case "link":
      case "a": {
        const rel = (attribute(element, "rel") ?? "").toLowerCase().split(/\s+/u)
        if (rel.includes("license")) say("license", attribute(element, "href"))
      }
    }
  }
  const first = (names: ReadonlyArray<string>) =>
    names.map((name) => said.get(name)).find((value) => value !== undefined)
  return {
    title: first(titles) ?? "",
    lang: languageTag(first(languages)),
    licence: first(licences)
  }
}
