// Makes the small fixtures beside this file, for tests on machines without apt: pairs of help texts and descriptions of packages. Run it
// with Node on a Debian 12 after the sources are in the cache (`inkstone plan pipelines/chat.yaml` fetches them):
//
//     node pipelines/data/extract-fixtures.mjs ~/.cache/inkstone/sources
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"

const sources = process.argv[2]
const here = import.meta.dirname
const help = (name) => join(sources, "apt", `libreoffice-help-${name}`, "files/usr/share/libreoffice/help")

const entities = { amp: "&", lt: "<", gt: ">", quot: '"', nbsp: " ", apos: "'" }
const blocks = (file) => {
  const text = readFileSync(file, "utf8")
  const area = text.slice(Math.max(0, text.indexOf('<div id="DisplayArea"')))
  return [...area.matchAll(/<(p|h[1-6])\b[^>]*>(.*?)<\/\1>/gsu)].map(([, tag, body]) => [
    tag,
    body
      .replace(/<[^>]+>/gu, "")
      .replace(/&#(\d+);/gu, (_, code) => String.fromCodePoint(Number(code)))
      .replace(/&(\w+);/gu, (whole, name) => entities[name] ?? whole)
      .replace(/\s+/gu, " ")
      .trim()
  ])
}

const pairs = []
const seen = new Set()
const pages = readdirSync(join(help("en-us"), "en-US"), { recursive: true })
const inOrder = (a, b) => (a < b ? -1 : a > b ? 1 : 0)
for (const page of pages.filter((name) => name.endsWith(".html")).toSorted(inOrder)) {
  const [from, to] = [join(help("en-us"), "en-US", page), join(help("zh-cn"), "zh-CN", page)]
  let both
  try {
    both = [blocks(from), blocks(to)]
  } catch {
    continue
  }
  const [en, zh] = both
  if (en.map(([tag]) => tag).join() !== zh.map(([tag]) => tag).join()) continue
  for (const [i, [, source]] of en.entries()) {
    const target = zh[i][1]
    if (source === target || source.length < 16 || source.length > 120 || target === "" || seen.has(source))
      continue
    seen.add(source)
    pairs.push({ page, source, target })
  }
}
// evenly spread over the pages
const wanted = 2000
const chosen = Array.from({ length: wanted }, (_, i) => pairs[Math.floor((i * pairs.length) / wanted)])
writeFileSync(
  join(here, "help-pairs", "en-zh.jsonl"),
  chosen.map((pair) => `${JSON.stringify(pair)}\n`).join("")
)

// Packages whose whole source, the description in debian/control too, is under one free licence by their machine-readable copyright.
const free = /^(?:GPL-[23]\+?|LGPL-(?:2|2\.1|3)\+?|Apache-2\.0|Expat|MIT|BSD-[23]-clause)$/iu
const licenceOf = (name) => {
  let text
  try {
    text = readFileSync(`/usr/share/doc/${name}/copyright`, "utf8")
  } catch {
    return undefined
  }
  if (!/^Format:\s*https?:\/\/www\.debian\.org\/doc\/packaging-manuals\/copyright-format/u.test(text))
    return undefined
  const stanzas = text.split(/\n\s*\n/u).filter((stanza) => /^Files:/mu.test(stanza))
  const licences = new Set(
    stanzas.map((stanza) => /^License:[ \t]*(\S.*)$/mu.exec(stanza)?.[1]?.trim() ?? "")
  )
  const [licence] = licences
  return licences.size === 1 && free.test(licence) ? licence : undefined
}
const lists = join(sources, "apt-lists/bookworm/files/main")
const field = (stanza, name) => new RegExp(`^${name}: (.*)$`, "mu").exec(stanza)?.[1]
const sourceOf = new Map(
  readFileSync(join(lists, "Packages"), "utf8")
    .split("\n\n")
    .map((stanza) => [field(stanza, "Package"), field(stanza, "Source")?.split(" ")[0]])
)
const kept = readFileSync(join(lists, "Translation-en"), "utf8")
  .split("\n\n")
  .flatMap((stanza) => {
    const name = field(stanza, "Package")
    const licence = name === undefined ? undefined : licenceOf(name)
    if (licence === undefined) return []
    const source = sourceOf.get(name) ?? name
    return [
      stanza.replace(/^Package: .*$/mu, (line) => `${line}\nSource: ${source}\nLicence: ${licence}`).trim()
    ]
  })
writeFileSync(join(here, "package-descriptions", "descriptions"), `${kept.slice(0, 200).join("\n\n")}\n`)
process.stdout.write(
  `${chosen.length} of ${pairs.length} pairs, ${Math.min(200, kept.length)} of ${kept.length} descriptions\n`
)
