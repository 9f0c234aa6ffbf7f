// The main text of an HTML page: no scripts, menus, headers, footers or forms; a paragraph a block.
import { type DefaultTreeAdapterTypes, parse } from "parse5"
import { Flow, type Mark } from "./Flow.ts"

type Node = DefaultTreeAdapterTypes.Node
type Element = DefaultTreeAdapterTypes.Element

const names = (list: string): ReadonlySet<string> => new Set(list.split(" "))
const skipped = names(
  "head script style noscript template nav header footer aside form button select textarea input svg math iframe object " +
    "embed audio video canvas menu dialog map frameset"
)
const paragraphs = names(
  "p div section article main h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre figure figcaption hr address details summary body"
)
const lines = names("li dt dd tr br caption legend")
const skippedRoles = names("navigation banner contentinfo complementary search menu menubar dialog alert")
const chrome =
  /(?:^|[\s_-])(?:nav(?:bar|igation)?|menu|sidebar|breadcrumbs?|footer|cookies?|share|social|pagination|toc|skip)(?:$|[\s_-])/iu

const isElement = (node: Node): node is Element => "tagName" in node
const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((one) => one.name === name)?.value

const isSkipped = (element: Element): boolean => {
  if (skipped.has(element.tagName)) return !(element.tagName === "header" && isInArticle(element))
  if (attribute(element, "hidden") !== undefined || attribute(element, "aria-hidden") === "true") return true
  if (skippedRoles.has(attribute(element, "role") ?? "")) return true
  if (element.tagName === "body" || element.tagName === "main" || element.tagName === "article") return false
  return chrome.test(attribute(element, "class") ?? "") || chrome.test(attribute(element, "id") ?? "")
}

/** The header of an article holds its title; that of the page does not. */
const isInArticle = (element: Element): boolean => {
  for (
    let node: Node | null = element.parentNode;
    node !== null;
    node = "parentNode" in node ? node.parentNode : null
  ) {
    if ("tagName" in node && (node.tagName === "article" || node.tagName === "main")) return true
  }
  return false
}

const isMain = (element: Element): boolean =>
  element.tagName === "main" || attribute(element, "role") === "main"

/** Lists that are nothing but links are menus, whatever they are called. */
const menuShare = 0.9
const menuLinks = 3

/**
 * Text of `main` (or `role=main`) if the page has one, else of the single `article`, else of the body. Walks without recursion,
 * because a page may be nested deeper than the stack.
 */
export const htmlText = (html: string): string => {
  const document = parse(html)
  const mains = find(document, isMain)
  const articles = mains.length > 0 ? [] : find(document, (element) => element.tagName === "article")
  const root: Node = mains[0] ?? (articles.length === 1 ? (articles[0] ?? document) : document)
  return extract(root)
}

const find = (root: Node, wanted: (element: Element) => boolean): ReadonlyArray<Element> => {
  const found: Array<Element> = []
  const stack: Array<Node> = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (isElement(node) && wanted(node)) found.push(node)
    else if ("childNodes" in node) for (const child of node.childNodes.toReversed()) stack.push(child)
  }
  return found
}

type Step =
  | { readonly enter: Node }
  | { readonly leave: Element; readonly from: Mark; readonly links: number }

const extract = (root: Node): string => {
  const flow = new Flow()
  let links = 0
  let inPre = 0
  const stack: Array<Step> = [{ enter: root }]
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    if ("leave" in step) {
      const { tagName } = step.leave
      if (tagName === "a") flow.inLinks--
      if (tagName === "pre") inPre--
      const isList = tagName === "ul" || tagName === "ol"
      if (isList && links - step.links >= menuLinks && flow.linkedShare(step.from) >= menuShare) {
        flow.backTo(step.from)
      }
      flow.break(breakAfter(tagName))
      if (tagName === "td" || tagName === "th") flow.text(" ")
    } else if ("value" in step.enter) {
      if (inPre > 0) flow.verbatim(step.enter.value)
      else flow.text(step.enter.value)
    } else if ("childNodes" in step.enter) {
      const node = step.enter
      if (isElement(node)) {
        if (node !== root && isSkipped(node)) continue
        flow.break(breakAfter(node.tagName))
        stack.push({ leave: node, from: flow.mark(), links })
        if (node.tagName === "pre") inPre++
        if (node.tagName === "a") {
          flow.inLinks++
          links++
        }
      }
      for (const child of node.childNodes.toReversed()) stack.push({ enter: child })
    }
  }
  return flow.join()
}

const breakAfter = (tagName: string): 0 | 1 | 2 => (paragraphs.has(tagName) ? 2 : lines.has(tagName) ? 1 : 0)
