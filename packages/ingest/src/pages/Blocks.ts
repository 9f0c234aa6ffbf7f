// A page as its headings and paragraphs, in order: what a translation has the same of, and what a question and its answer are.
import type { SourceFile } from "@inkstone/stage"
import { elementsOf, parseHtml, textOf } from "../html/Parse.ts"
import { Input } from "../readers/Input.ts"
import type { Reading } from "../readers/Settings.ts"

export interface Block {
  /** `p`, `h1` ... `h6` */
  readonly tag: string
  readonly text: string
}

const isBlock = /^(?:p|h[1-6])$/u

/**
 * The blocks below the element with this id, or of the whole page where there is none. Throws a `Refusal` for pages that are too
 * big, or nested as no page is.
 */
export const blocksOf = (html: string, area: string): ReadonlyArray<Block> => {
  const at = area === "" ? -1 : html.indexOf(`id="${area}"`)
  const from = at < 0 ? 0 : Math.max(0, html.lastIndexOf("<", at))
  const blocks: Array<Block> = []
  for (const element of elementsOf(parseHtml(html.slice(from)), ({ tagName }) => !isBlock.test(tagName)))
    if (isBlock.test(element.tagName))
      blocks.push({ tag: element.tagName, text: textOf(element).replace(/\s+/gu, " ").trim() })
  return blocks
}

/** The blocks of a file in UTF-8. Rejects with Node's error where it cannot be read. */
export const blocksIn = async (
  file: SourceFile,
  { area, limits }: Pick<Reading, "limits"> & { readonly area: string }
): Promise<ReadonlyArray<Block>> => {
  const input = await Input.of(file, limits)
  return blocksOf(new TextDecoder().decode(await input.whole(limits.wholeBytes)), area)
}
