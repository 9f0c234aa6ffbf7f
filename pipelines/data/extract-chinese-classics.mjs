// Writes chinese-classics/chinese-classics.jsonl and its LICENSE from an unpacked npm package chinese-poetry 2.0.1:
//
//   npm pack chinese-poetry@2.0.1 && tar xzf chinese-poetry-2.0.1.tgz
//   node pipelines/data/extract-chinese-classics.mjs package
//
// The package is 85 MB; the extract is what pipelines/lunyu.yaml reads, so that nobody has to fetch it.
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { basename, join } from "node:path"

const [folder] = process.argv.slice(2)
if (folder === undefined) {
  console.error("usage: node extract-chinese-classics.mjs <unpacked chinese-poetry package>")
  process.exit(2)
}
const target = join(import.meta.dirname, "chinese-classics")

/** Titles of the files that do not say it themselves. */
const books = { lunyu: "論語", daxue: "大學", mengzi: "孟子", zhongyong: "中庸" }
/** The names the package gives to headings, outermost first. */
const headings = ["title", "type", "chapter", "subchapter"]

/**
 * The pieces below a node, in order: each has the headings above it and its lines. Descriptions (`abstract`, `author`,
 * `tags`), the table of places in 百家姓 and the pronunciations in 千字文 are not the old texts and stay behind.
 */
const pieces = (node, above) => {
  if (Array.isArray(node)) return node.flatMap((child) => pieces(child, above))
  const own = headings.map((name) => node[name]).filter((text) => typeof text === "string" && text !== "")
  const path = [...above, ...own]
  const preface = node.preface === undefined ? [] : [{ path: [...path, "序"], lines: node.preface }]
  const lines = (node.paragraphs ?? []).filter((child) => typeof child === "string")
  const nested = (node.paragraphs ?? []).filter((child) => typeof child !== "string")
  return [
    ...preface,
    ...(lines.length > 0 ? [{ path, lines }] : []),
    ...pieces(nested, path),
    ...pieces(node.content ?? [], path)
  ]
}

const rows = ["lunyu", "sishuwujing", "mengxue"].flatMap((shelf) =>
  readdirSync(join(folder, "dist", shelf))
    .filter((name) => name.endsWith(".json"))
    .toSorted()
    .flatMap((name) => {
      const content = JSON.parse(readFileSync(join(folder, "dist", shelf, name), "utf8"))
      const file = basename(name, ".json")
      const book = books[file] ?? content.title
      const body = Array.isArray(content) ? content : { ...content, title: undefined }
      return pieces(body, []).map(({ path, lines }, index) => ({
        id: `${file}-${String(index + 1).padStart(3, "0")}`,
        title: path.join(" · ") || book,
        book,
        text: lines.join("\n")
      }))
    })
)

mkdirSync(target, { recursive: true })
writeFileSync(join(target, "chinese-classics.jsonl"), rows.map((row) => `${JSON.stringify(row)}\n`).join(""))
copyFileSync(join(folder, "LICENSE"), join(target, "LICENSE"))

const perBook = new Map()
for (const { book, text } of rows) {
  const [documents, han] = perBook.get(book) ?? [0, 0]
  perBook.set(book, [documents + 1, han + (text.match(/\p{Script=Han}/gu)?.length ?? 0)])
}
for (const [book, [documents, han]] of perBook) console.log(`| ${book} | ${documents} | ${han} |`)
const sum = (at) => [...perBook.values()].reduce((total, counts) => total + counts[at], 0)
console.log(`| all | ${sum(0)} | ${sum(1)} |`)
