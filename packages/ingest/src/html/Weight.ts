// How much text each element holds, and how much of it stands inside links. What is not shown weighs nothing.
import { isUnseen } from "./Chrome.ts"
import { isElement, type Node } from "./Parse.ts"

export interface Weight {
  /** characters other than white space; a Han character counts as much as the two letters or so it stands for */
  chars: number
  linked: number
}

/** Of every element below `root` that is shown. */
export const weigh = (root: Node): ReadonlyMap<Node, Weight> => {
  const weights = new Map<Node, Weight>()
  const order: Array<readonly [Node, Weight, Weight | undefined]> = []
  type Step = { readonly node: Node; readonly above: Weight | undefined; readonly inLink: boolean }
  const stack: Array<Step> = [{ node: root, above: undefined, inLink: false }]
  for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
    const { node, above, inLink } = step
    if (node.nodeName === "#text" && "value" in node) {
      if (above === undefined) continue
      const chars = visibleChars(node.value)
      above.chars += chars
      if (inLink) above.linked += chars
    } else if ("childNodes" in node && !(isElement(node) && isUnseen(node))) {
      const own = { chars: 0, linked: 0 }
      weights.set(node, own)
      order.push([node, own, above])
      const link = inLink || (isElement(node) && node.tagName === "a")
      for (const child of node.childNodes) stack.push({ node: child, above: own, inLink: link })
    }
  }
  // parents come before their children, so from the back each is complete when it is added to the one above
  for (let i = order.length - 1; i >= 0; i--) {
    const [, own, above] = order[i] ?? []
    if (own === undefined || above === undefined) continue
    above.chars += own.chars
    above.linked += own.linked
  }
  return weights
}

const isHeavy = (unit: number): boolean => unit >= 0x2e80 && unit < 0xfb00
export const visibleChars = (text: string): number => {
  let chars = 0
  for (let i = 0; i < text.length; i++) {
    const unit = text.charCodeAt(i)
    if (unit > 0x20 && unit !== 0xa0 && unit !== 0x3000) chars += isHeavy(unit) ? 2 : 1
  }
  return chars
}

export const proseOf = (weights: ReadonlyMap<Node, Weight>, element: Node): number => {
  const weight = weights.get(element)
  return weight === undefined ? 0 : weight.chars - weight.linked
}
