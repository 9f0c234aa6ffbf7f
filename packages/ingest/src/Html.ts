// The main text of an HTML page and what its head says: no scripts, menus, headers, footers or forms; a paragraph a block.
import { withoutBoilerplate } from "./html/Boilerplate.ts"
import { extract } from "./html/Extract.ts"
import { headOf } from "./html/Head.ts"
import { type Element, parseHtml } from "./html/Parse.ts"
import { contentOf } from "./html/Root.ts"
import { weigh } from "./html/Weight.ts"
import type { Page } from "./readers/Page.ts"

/**
 * Text of what the page marks as its content (`main`, `article`, names such as `post-content`); where it marks nothing, the
 * blocks of the body that read like text. Lists have markers, cells of tables stand between `|`, `pre` is verbatim.
 * Throws a `Refusal` for markup that is nested or repeated without measure.
 */
export const htmlPage = (html: string): Page => {
  const document = parseHtml(html)
  const weights = weigh(document)
  const { root, marked } = contentOf(document, weights)
  const blocks = extract(root, { weights })
  const text = (marked ? blocks : withoutBoilerplate(blocks)).map((block) => block.text).join("\n\n")
  return { text, ...headOf(document) }
}

/** All text of a page that is nothing but text, such as a chapter of a book or a mail: only what is not shown is left out, and what `leaveOut` names. */
export const htmlWhole = (html: string, leaveOut: (element: Element) => boolean = () => false): Page => {
  const document = parseHtml(html)
  const text = extract(document, { weights: weigh(document), whole: true, leaveOut })
    .map((block) => block.text)
    .join("\n\n")
  return { text, ...headOf(document) }
}
