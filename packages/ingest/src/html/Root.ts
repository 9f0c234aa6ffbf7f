// Where on a page its content stands.
import { isNamedChrome, isUnseen } from "./Chrome.ts"
import { attribute, type Element, elementsOf, type Node } from "./Parse.ts"
import { proseOf, type Weight } from "./Weight.ts"

/** Names that blogs, newspapers, wikis and manuals give to the part with the text. */
const contentNames =
  /^(?:(?:post|entry|article|story|page|single|blog|news|node|main|rich|wiki|markdown)[-_]?(?:content|body|text|article)|(?:article|content|story)[-_]?(?:main|detail|body)|mw-content-text|markdown-body|articlebody|articletext|artibody|js_content|content|bodycontent|document|post|rich_media_content|正文)$/iu

const isMain = (element: Element): boolean =>
  element.tagName === "main" || attribute(element, "role") === "main"
const isArticle = (element: Element): boolean =>
  element.tagName === "article" || attribute(element, "itemprop")?.toLowerCase() === "articlebody"
const isNamedContent = (element: Element): boolean =>
  [attribute(element, "id") ?? "", ...(attribute(element, "class") ?? "").split(/\s+/u)].some((name) =>
    contentNames.test(name)
  )

/** A part that holds less than this share of the page's prose is not what it is marked as. */
const leastOfPage = 0.25
/** An article is taken out of a larger part when it holds nearly all of it; else it is one of several. */
const mostOfPart = 0.6

export interface Content {
  readonly root: Node
  /** the page says so itself, so what stands there is trusted more than what stands anywhere */
  readonly marked: boolean
}

/**
 * `main`, else the one article, else what is named like content; of nested ones the innermost that still has most of it. The
 * whole page where nothing is marked.
 */
export const contentOf = (page: Node, weights: ReadonlyMap<Node, Weight>): Content => {
  const total = proseOf(weights, page)
  const main = best(shownIn(page).filter(isMain), weights)
  const top = main !== undefined && proseOf(weights, main) >= leastOfPage * total ? main : page
  const within = proseOf(weights, top)
  const shown = shownIn(top)
  const articles = shown.filter(isArticle)
  const article = best(articles, weights)
  const share = articles.length === 1 && top === page ? leastOfPage : mostOfPart
  if (article !== undefined && proseOf(weights, article) >= share * within)
    return { root: article, marked: true }
  if (top !== page) return { root: top, marked: true }
  const named = articles.length > 1 ? undefined : best(shown.filter(isNamedContent), weights)
  return named !== undefined && proseOf(weights, named) >= mostOfPart * total
    ? { root: named, marked: true }
    : { root: page, marked: false }
}

const best = (elements: ReadonlyArray<Element>, weights: ReadonlyMap<Node, Weight>): Element | undefined => {
  let found = elements[0]
  for (const one of elements) {
    if (found !== undefined && proseOf(weights, one) > proseOf(weights, found)) found = one
  }
  return found
}

const shownIn = (root: Node): ReadonlyArray<Element> => [...elementsOf(root, isWanted)].filter(isWanted)

const isWanted = (element: Element): boolean =>
  element.tagName === "html" ||
  element.tagName === "body" ||
  !(isUnseen(element) || isNamedChrome(element, false))
