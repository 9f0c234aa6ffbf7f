// Markdown as the text a reader sees: without front matter, markers, link targets and comments.
import { attributesOf } from "./markdown/FrontMatter.ts"
import { plainLines } from "./markdown/Lines.ts"
import type { Page } from "./readers/Page.ts"

/** The text, and what its front matter says about it. */
export const markdownPage = (markdown: string): Page => {
  const { attributes, body } = attributesOf(markdown)
  return { text: plainLines(body), ...attributes }
}
