// Sitemaps (sitemaps.org, protocol 0.9). One that lies beside saved pages, or in a folder above them, tells at which address each of them was
// published; it has no text of its own.
import { stat } from "node:fs/promises"
import { dirname, join, relative, sep } from "node:path"
import type { IngestConfig } from "../IngestConfig.ts"
import { Damage, type Format } from "./Format.ts"
import { Input } from "./Input.ts"
import { Refusal } from "./Refusal.ts"
import { XmlReader } from "./Xml.ts"

const root = /<(?:urlset|sitemapindex)[\s>]/u
const names = ["sitemap.xml", "sitemap.xml.gz"]
/** the protocol allows 50,000 */
const mostUrls = 1_000_000
const mostChars = 10_000

export const sitemap: Format = {
  extensions: [],
  recognises: (head) => root.test(new TextDecoder("latin1").decode(head.subarray(0, 4096))),
  read: async function* () {
    // what it says is asked for by the pages
  }
}

type Urls = ReadonlyMap<string, string>
/** by folder, for the length of one run */
const read = new WeakMap<IngestConfig, Map<string, Promise<Urls | undefined>>>()

/** The address of a saved page: that of the nearest sitemap which knows it. Only folders below the pattern of the file are looked at. */
export const urlOf = async (
  { name, path }: Pick<Input, "name" | "path">,
  config: IngestConfig
): Promise<string | undefined> => {
  let folders = read.get(config)
  if (folders === undefined) read.set(config, (folders = new Map()))
  let folder = dirname(path)
  for (let above = name.split("/").length; above > 0; above--) {
    let urls = folders.get(folder)
    if (urls === undefined) folders.set(folder, (urls = urlsIn(folder, config)))
    const url = (await urls)?.get(key(relative(folder, path).split(sep).join("/")))
    if (url !== undefined) return url
    folder = dirname(folder)
  }
  return undefined
}

const urlsIn = async (folder: string, config: IngestConfig): Promise<Urls | undefined> => {
  for (const name of names) {
    const path = join(folder, name)
    const about = await stat(path).catch(() => undefined)
    if (about?.isFile() !== true) continue
    try {
      return await parse(await Input.of({ name, path, bytes: about.size, sha256: "" }, config.limits))
    } catch (problem) {
      // pages can be read without one
      if (!(problem instanceof Damage || problem instanceof Refusal)) throw problem
    }
  }
  return undefined
}

const parse = async (input: Input): Promise<Urls> => {
  const urls = new Map<string, string>()
  let inLocation = false
  let text = ""
  const xml = new XmlReader(
    {
      open: ({ name }) => {
        inLocation = name === "loc"
        text = ""
      },
      text: (more) => {
        if (inLocation) text += more
      },
      close: (name) => {
        if (name === "loc") enter(urls, text.trim())
        inLocation = false
      }
    },
    mostChars
  )
  const decoder = new TextDecoder()
  for await (const chunk of input.chunks()) {
    xml.push(decoder.decode(chunk, { stream: true }))
    if (urls.size > mostUrls) throw new Refusal("sitemap-urls", { value: urls.size, threshold: mostUrls })
  }
  xml.push(decoder.decode())
  xml.end()
  return urls
}

/** A page is saved under its path, with or without the host in front. */
const enter = (urls: Map<string, string>, url: string): void => {
  if (!/^https?:/u.test(url) || !URL.canParse(url)) return
  const { host, pathname, search } = new URL(url)
  for (const saved of [`${pathname}${search}`, `${host}${pathname}${search}`]) {
    const name = key(saved)
    if (!urls.has(name)) urls.set(name, url)
  }
}

/** Path of a file or an address without what differs between the two. */
const key = (path: string): string => {
  let name = path
  try {
    name = decodeURIComponent(path)
  } catch {
    // a per cent sign that stands for itself
  }
  return name
    .replace(/^\/+/u, "")
    .replace(/\.x?html?$/iu, "")
    .replace(/(?:^|\/)index$/u, "")
    .replace(/\/$/u, "")
}
