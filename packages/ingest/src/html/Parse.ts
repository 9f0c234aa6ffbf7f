// HTML to a tree, with bounds on what hostile markup can cost.
import { type DefaultTreeAdapterTypes, defaultTreeAdapter, parse } from "parse5"
import { Refusal } from "../readers/Refusal.ts"

export type Node = DefaultTreeAdapterTypes.Node
export type Element = DefaultTreeAdapterTypes.Element

/** With what is noted of it an element takes about 1 kB; a page of 10 MB that people wrote has a few hundred thousand. */
const mostElements = 1_000_000
/** Markup that people write asks for no more than a few elements a tag. */
const elementsPerTag = 8
const someElements = 100_000
/** A tag may make the parser look at every open element, so depth times tags is what it costs: a second or two. */
const mostSteps = 2e9
/** browsers stop at 512 */
const leastDepth = 512

/**
 * Throws a `Refusal`: `html-too-deep` or `html-too-many-elements` (formatting elements left open are made again in each block,
 * so a small page can ask for more elements than it has tags).
 */
export const parseHtml = (html: string): DefaultTreeAdapterTypes.Document => {
  const tags = tagsIn(html)
  const mostDepth = Math.max(leastDepth, Math.floor(mostSteps / Math.max(1, tags)))
  const most = Math.min(mostElements, someElements + elementsPerTag * tags)
  let elements = 0
  let depth = 0
  return parse(html, {
    treeAdapter: {
      ...defaultTreeAdapter,
      createElement: (...given) => {
        elements++
        if (elements > most) {
          throw new Refusal("html-too-many-elements", { value: elements, threshold: most })
        }
        return defaultTreeAdapter.createElement(...given)
      },
      onItemPush: () => {
        depth++
        if (depth > mostDepth) throw new Refusal("html-too-deep", { value: depth, threshold: mostDepth })
      },
      onItemPop: () => {
        depth--
      }
    }
  })
}

const tagsIn = (html: string): number => {
  let tags = 0
  for (let at = html.indexOf("<"); at !== -1; at = html.indexOf("<", at + 1)) tags++
  return tags
}

export const isElement = (node: Node): node is Element => "tagName" in node

export const attribute = (element: Element, name: string): string | undefined =>
  element.attrs.find((one) => one.name === name)?.value

/** Elements below a node in document order; `into` says whether what is inside one is looked at. Without recursion: a page may be nested deeper than the stack. */
export function* elementsOf(
  root: Node,
  into: (element: Element) => boolean = () => true
): Generator<Element> {
  const stack: Array<Node> = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (isElement(node)) {
      yield node
      if (!into(node)) continue
    }
    if ("childNodes" in node)
      for (let i = node.childNodes.length - 1; i >= 0; i--) stack.push(node.childNodes[i] ?? node)
  }
}

/** Text of a node and all below it. */
export const textOf = (root: Node): string => {
  const parts: Array<string> = []
  const stack: Array<Node> = [root]
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node.nodeName === "#text" && "value" in node) parts.push(node.value)
    else if ("childNodes" in node) for (const child of node.childNodes.toReversed()) stack.push(child)
  }
  return parts.join("")
}
