// Walks over the content of a page and writes down its blocks.
import { isHidden, isNamedChrome, isUnseen } from "./Chrome.ts"
import { type Block, type BlockKind, Flow, type Mark } from "./Flow.ts"
import { attribute, type Element, elementsOf, isElement, type Node } from "./Parse.ts"
import { proseOf, type Weight } from "./Weight.ts"

const set = (list: string): ReadonlySet<string> => new Set(list.split(" "))
const paragraphs = set(
  "p div section article main h1 h2 h3 h4 h5 h6 ul ol dl table blockquote pre listing xmp plaintext figure figcaption hr address " +
    "details summary body center fieldset header footer nav aside form menu dialog"
)
const lines = set("li dt dd tr caption legend br")
const headings = set("h1 h2 h3 h4 h5 h6")
const verbatims = set("pre listing xmp plaintext")
const lists = set("ul ol dl")
/** Inside a list item these begin a line, not a block. */
const inItems = set("ul ol dl p div section")
/** Parts that are left out when they are nothing but links, whatever they are called. */
const linkParts = set("ul ol dl div section p table tr td nav")
const menuShare = 0.9
const menuLinks = 3
/** Something called a menu that holds more than this share of the prose is none. */
const mostChrome = 0.5
/** A cell with more than this is no datum: the table is there for the layout. */
const mostCell = 300

type Step =
  | { readonly enter: Node }
  | { readonly leave: Element; readonly from: Mark; readonly links: number }

interface Scope {
  readonly weights: ReadonlyMap<Node, Weight>
  /** all of it is content, as in a book; menus and the like are not looked for */
  readonly whole?: boolean
  readonly leaveOut?: (element: Element) => boolean
}

class Walk {
  readonly flow = new Flow()
  readonly #root: Node
  readonly #scope: Scope
  readonly #prose: number
  /** lists that are open: the number of the next item, or undefined where items have none */
  readonly #lists: Array<number | undefined> = []
  /** tables that are open, and whether each holds data; cells of its row so far */
  readonly #tables: Array<{ readonly data: boolean; cells: number }> = []
  #links = 0
  #verbatim = 0

  constructor(root: Node, scope: Scope) {
    this.#root = root
    this.#scope = scope
    this.#prose = proseOf(scope.weights, root)
  }

  run(): ReadonlyArray<Block> {
    const stack: Array<Step> = [{ enter: this.#root }]
    for (let step = stack.pop(); step !== undefined; step = stack.pop()) {
      if ("leave" in step) this.#leave(step)
      else if (step.enter.nodeName === "#text" && "value" in step.enter) {
        if (this.#verbatim > 0) this.flow.verbatim(step.enter.value)
        else this.flow.text(step.enter.value)
      } else if ("childNodes" in step.enter) {
        const node = step.enter
        if (isElement(node)) {
          if (node !== this.#root && this.#isLeftOut(node)) continue
          this.#enter(node)
          stack.push({ leave: node, from: this.flow.mark(), links: this.#links })
        }
        for (let i = node.childNodes.length - 1; i >= 0; i--)
          stack.push({ enter: node.childNodes[i] ?? node })
      }
    }
    return this.flow.end()
  }

  #isLeftOut(element: Element): boolean {
    if (element.tagName === "math") {
      this.flow.text(attribute(element, "alttext") ?? "")
      return true
    }
    const { whole = false, leaveOut, weights } = this.#scope
    if (leaveOut?.(element) === true) return true
    if (whole) return isHidden(element)
    if (isUnseen(element)) return true
    if (!isNamedChrome(element, this.#verbatim > 0)) return false
    return proseOf(weights, element) <= mostChrome * this.#prose || this.#prose === 0
  }

  #enter(element: Element): void {
    const { tagName } = element
    this.flow.break(this.#breakAt(tagName))
    if (tagName === "a") {
      this.flow.inLinks++
      this.#links++
    } else if (tagName === "ol") this.#lists.push(numberOf(element, "start") ?? 1)
    else if (tagName === "ul") this.#lists.push(undefined)
    else if (tagName === "li") this.#item(element)
    else if (tagName === "table") this.#tables.push({ data: isData(element, this.#scope.weights), cells: 0 })
    else if (tagName === "tr") this.#row((table) => (table.cells = 0))
    else if (tagName === "td" || tagName === "th") this.#cell()
    else if (tagName === "br" && this.#verbatim > 0) this.flow.verbatim("\n")
    if (verbatims.has(tagName)) this.#verbatim++
    this.flow.kind = this.#kindIn(tagName)
  }

  #leave({ leave: element, from, links }: Extract<Step, { readonly leave: Element }>): void {
    const { tagName } = element
    if (tagName === "a") this.flow.inLinks--
    if (verbatims.has(tagName)) this.#verbatim--
    if (lists.has(tagName) && tagName !== "dl") this.#lists.pop()
    if (tagName === "li") this.flow.unmark()
    if ((tagName === "td" || tagName === "th") && this.#tables.at(-1)?.data === true) this.flow.inCells--
    if (this.#scope.whole !== true && linkParts.has(tagName) && this.#links - links >= menuLinks) {
      const { chars, linked } = this.flow.since(from)
      if (linked >= menuShare * chars) this.flow.backTo(from)
    }
    if (tagName === "table") this.#tables.pop()
    this.flow.break(this.#breakAt(tagName))
    this.flow.kind = "text"
  }

  #item(element: Element): void {
    const number = numberOf(element, "value") ?? this.#lists.at(-1)
    const indent = "  ".repeat(Math.min(8, Math.max(0, this.#lists.length - 1)))
    if (number !== undefined && this.#lists.length > 0) this.#lists[this.#lists.length - 1] = number + 1
    this.flow.marker(`${indent}${number === undefined ? "-" : `${number}.`} `)
  }

  #row(change: (table: { cells: number }) => void): void {
    const table = this.#tables.at(-1)
    if (table !== undefined) change(table)
  }

  #cell(): void {
    const table = this.#tables.at(-1)
    if (table === undefined) return
    if (!table.data) return this.flow.break(2)
    if (table.cells > 0) this.flow.separator()
    table.cells++
    this.flow.inCells++
  }

  #kindIn(tagName: string): BlockKind {
    if (this.#verbatim > 0) return "code"
    if (headings.has(tagName)) return "heading"
    if (this.#tables.at(-1)?.data === true) return "table"
    return this.#lists.length > 0 ? "list" : "text"
  }

  #breakAt(tagName: string): 0 | 1 | 2 {
    if (inItems.has(tagName) && this.#lists.length > 0) return 1
    if (tagName === "br" && this.#verbatim > 0) return 0
    return paragraphs.has(tagName) ? 2 : lines.has(tagName) ? 1 : 0
  }
}

const numberOf = (element: Element, name: string): number | undefined => {
  const value = Number.parseInt(attribute(element, name) ?? "", 10)
  return Number.isSafeInteger(value) ? value : undefined
}

/** Rows and columns of data, or a frame that puts parts of the page side by side? */
const isData = (table: Element, weights: ReadonlyMap<Node, Weight>): boolean => {
  if (/^(?:presentation|none)$/iu.test(attribute(table, "role") ?? "")) return false
  let cells = 0
  let rows = 0
  for (const element of elementsOf(table, (one) => one === table || one.tagName !== "table")) {
    if (element !== table && element.tagName === "table") return false
    if (element.tagName === "pre" && attribute(element, "class") !== undefined) return false
    if (element.tagName === "tr") rows++
    if (element.tagName !== "td" && element.tagName !== "th") continue
    cells++
    if ((weights.get(element)?.chars ?? 0) > mostCell) return false
  }
  return cells > rows
}

/** Blocks of the content in the order in which they stand on the page. */
export const extract = (root: Node, scope: Scope): ReadonlyArray<Block> => new Walk(root, scope).run()
