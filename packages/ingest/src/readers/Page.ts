// What the readers of pages, books, mails and feeds give: a text, and what the file says about it.

import { longest } from "../Cuts.ts"
import type { IngestConfig } from "../IngestConfig.ts"
import { Cutter } from "./Cutter.ts"
import { isWhole, nth, type Read, whole } from "./Format.ts"

export interface Page {
  readonly text: string
  /** empty where nothing is known */
  readonly title: string
  /** as the file says, such as `zh-CN` */
  readonly lang: string | undefined
  readonly licence: string | undefined
}

/** A language tag without what goes beyond the language: `zh-CN` is `zh`. Undefined for what is no tag. */
export const languageTag = (tag: string | undefined): string | undefined =>
  /^\s*([a-z]{2,3})(?:[-_][a-z0-9-_]*)?\s*$/iu.exec(tag ?? "")?.[1]?.toLowerCase()

/** Where an HTML page, or XHTML as XML, names its encoding. */
export const charsetInPage =
  /(?:<meta[^>]{1,200}charset\s*=|<\?xml[^>]{1,100}encoding\s*=)\s*["']?\s*([\w.:-]+)/iu

/** A text that is there as a whole, cut as the config says; `url` is where it was published. */
export const documentsOf = (
  page: Page,
  { name, url }: { readonly name: string; readonly url?: string | undefined },
  config: IngestConfig
): ReadonlyArray<Read> => {
  const limit = longest(config.cuts)
  const cutter = new Cutter(config.split, limit)
  const { title, lang, licence } = page
  const one = isWhole(config.split)
  return [...cutter.push(page.text), ...cutter.end()].map(({ text, tooLong }, index): Read => {
    const place = one ? whole(name) : nth(name, index + 1)
    const source = url === undefined ? place.source : `${url}${place.source.slice(name.length)}`
    const group = one ? undefined : name
    return tooLong === undefined
      ? { kind: "found", ...place, source, text, title, lang, licence, group }
      : { kind: "refused", ...place, source, rule: "maxChars", value: tooLong, threshold: limit, text }
  })
}
