// What of a page is not its content: menus, headers, footers, forms, notices about cookies, and what nobody sees.
import { attribute, type Element, isElement, type Node } from "./Parse.ts"

const set = (list: string): ReadonlySet<string> => new Set(list.split(" "))

const textless = set(
  "head script style noscript template button select textarea input svg iframe object embed audio video canvas map frameset datalist " +
    "progress meter rt rp rtc"
)
const chromeTags = set("nav footer aside form menu dialog")
const roles = set(
  "navigation banner contentinfo complementary search menu menubar dialog alertdialog alert toolbar tablist doc-toc"
)
/** A class or id with one of these words is such a part, as in `site-nav` or `sidebarLeft`. */
const words = set(
  "nav navbar navigation menu menus menubar submenu sidebar sidebars footer breadcrumb breadcrumbs crumbs cookie cookies gdpr consent " +
    "masthead pagination paginator pager share sharing sharedaddy social disqus newsletter subscribe advert adverts advertisement " +
    "sponsored promo popup modal outbrain taboola addtoany headerlink editsection catlinks navbox skip toc related recommended " +
    "recommendations lineno linenos sphinxsidebar commentlist"
)
/** Only these as a whole: as words they are too common. */
const tokens = set(
  "ad ads banner banners widget widgets hidden comment comments comment-list comment-form comments-area comment-respond respond " +
    "noprint no-print print-only overlay tags tag-list tag-links post-tags entry-tags gutter sr-only screen-reader-text " +
    "visually-hidden visuallyhidden site-header global-header header-anchor anchor-link metadata line-numbers line-number " +
    "site-info signup sign-up login search search-form searchbox post-navigation prev-next copy-button copybtn clipboard-copy"
)
/** `has-sidebar`, `no-menu`: the part is mentioned, this is another. */
const mentions = set("has with without no not is after before")
/** What is shown beside code, the only parts left out of it. */
const besideCode = set(
  "lineno linenos line-numbers line-number gutter copy-button copybtn clipboard-copy sr-only"
)
/** Names on these are about the whole page. */
const wholePage = set("html body main article")

const namesPart = (value: string): boolean =>
  value.split(/\s+/u).some((token) => {
    if (token === "" || token.length > 60) return false
    const lower = token.toLowerCase()
    if (tokens.has(lower)) return true
    const parts = token
      .replace(/(?<=[a-z])(?=[A-Z])/gu, "-")
      .toLowerCase()
      .split(/[-_:]+/u)
    return parts.some((part) => words.has(part)) && !parts.some((part) => mentions.has(part))
  })
const isBesideCode = (element: Element): boolean =>
  (attribute(element, "class") ?? "").split(/\s+/u).some((token) => besideCode.has(token.toLowerCase()))

const invisible = /(?:^|;)\s*(?:display\s*:\s*none|visibility\s*:\s*hidden)/iu

/** Not shown, or no text by its kind. */
export const isHidden = (element: Element): boolean => {
  if (textless.has(element.tagName)) return true
  for (const { name, value } of element.attrs) {
    if (name === "hidden" && value !== "until-found") return true
    if (name === "aria-hidden" && value === "true") return true
    if (name === "style" && invisible.test(value)) return true
  }
  return false
}

/** Hidden, or something that stands beside the content by its kind. */
export const isUnseen = (element: Element): boolean => {
  if (isHidden(element) || chromeTags.has(element.tagName)) return true
  if (roles.has(attribute(element, "role")?.trim().toLowerCase() ?? "")) return true
  return element.tagName === "header" && !isInArticle(element)
}

/** Called like a menu or the like by its class or id. Code is full of such names: there only what stands beside it counts. */
export const isNamedChrome = (element: Element, inCode: boolean): boolean => {
  if (inCode) return isBesideCode(element)
  if (wholePage.has(element.tagName)) return false
  // `[1]` in a wiki; elsewhere a reference is any link
  if (element.tagName === "sup" && /(?:^|\s)reference(?:\s|$)/u.test(attribute(element, "class") ?? ""))
    return true
  return namesPart(attribute(element, "class") ?? "") || namesPart(attribute(element, "id") ?? "")
}

/** The header of an article holds its title; that of the page does not. */
const isInArticle = (element: Element): boolean => {
  for (
    let node: Node | null = element.parentNode;
    node !== null;
    node = "parentNode" in node ? node.parentNode : null
  ) {
    if (isElement(node) && (node.tagName === "article" || node.tagName === "main")) return true
  }
  return false
}
