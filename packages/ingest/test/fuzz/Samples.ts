// A small valid file of every format, packed and not.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync, gzipSync, zstdCompressSync } from "node:zlib"
import type { FormatName } from "../../src/readers/formats.ts"

export interface Sample {
  readonly name: string
  readonly bytes: Buffer
  /** files in an archive, so that damage can be done inside of it and its checksums still be right */
  readonly parts?: Readonly<Record<string, Buffer>>
  /** reading one takes a good part of a second */
  readonly slow?: boolean
}

const golden = join(import.meta.dirname, "..", "golden")
const file = (folder: "pages" | "readers", name: string): Sample => ({
  name: name.replace(/^hostile-/u, ""),
  bytes: readFileSync(join(golden, folder, name))
})
const all = (folder: "pages" | "readers", ending: string): ReadonlyArray<Sample> =>
  readdirSync(join(golden, folder))
    .filter((name) => name.endsWith(ending))
    .map((name) => file(folder, name))
const made = (name: string, text: string): ReadonlyArray<Sample> => {
  const bytes = Buffer.from(text)
  return [
    { name, bytes },
    { name: `${name}.gz`, bytes: gzipSync(bytes) },
    { name: `${name}.zst`, bytes: zstdCompressSync(bytes) }
  ]
}

const turns = '[{"role":"user","content":"Wo?"},{"role":"assistant","content":"Hier."}]'
const json = `{"id":1,"text":"One \\u4e2d 学而","meta":{"lang":"zh"},"messages":${turns}}`
const page = `<!doctype html><html lang=zh><head><meta charset=utf-8><title>T</title></head><body><nav><a href=/>Home</a></nav><article>
<h1>学而</h1><p>A <b>bold</b> paragraph, <ruby>而<rt>ér</rt></ruby> &amp; more.<table><tr><td>a<td>b</table><ol start=3><li>x<ul><li>y</ul></ol>
<pre>  code</pre></article><footer>(c)</footer></body></html>`
const markdown = `---
title: "论语"
lang: zh
---
# Title {#t}

A **bold** [link](https://x.org "t"), \`code\` and ![image](a.png)[^1].

| a | b |
| - | - |
| 1 | 2 |

\`\`\`ts
const x = 1
\`\`\`
<details>text</details> <!-- no -->
[^1]: A note &copy; here.
`
const sitemap =
  "<?xml version='1.0'?><urlset><url><loc>https://x.example/a</loc><lastmod>2024-05-01</lastmod></url></urlset>"

const book = {
  "META-INF/container.xml": Buffer.from(
    '<?xml version="1.0"?><container><rootfiles><rootfile full-path="a/b.opf"/></rootfiles></container>'
  ),
  "META-INF/encryption.xml": Buffer.from(
    '<encryption><EncryptionMethod Algorithm="http://www.idpf.org/2008/embedding"/></encryption>'
  ),
  "a/b.opf": Buffer.from(
    '<package xmlns:dc="x"><metadata><dc:title>T</dc:title><dc:language>zh</dc:language></metadata><manifest><item id="c" href="c.xhtml" ' +
      'media-type="application/xhtml+xml"/></manifest><spine><itemref idref="c"/></spine></package>'
  ),
  "a/c.xhtml": Buffer.from(
    `<?xml version="1.0" encoding="utf-8"?>${page.replace("<title>T</title>", "<title/>")}`
  )
}

/** A format without a sample does not compile. */
export const samples: Readonly<Record<FormatName, ReadonlyArray<Sample>>> = {
  arrow: [...all("readers", ".arrow"), ...all("readers", ".arrows")],
  csv: made("table.csv", 'id,text\r\n1,"One, ""quoted""\nand more"\r\n2,学而时习之\r\n'),
  epub: [...all("pages", ".epub"), { name: "whole.epub", bytes: Buffer.from(""), parts: book }],
  feed: [...all("pages", ".rss"), ...all("pages", ".atom"), ...all("pages", ".rdf")],
  html: made("page.html", page),
  json: made("data.json", `{"data":[${json},${json.replace('"id":1', '"id":2')}]}`),
  jsonl: [
    ...made("data.jsonl", `${json}\n${json.replace('"id":1', '"id":2')}\n`),
    ...all("readers", ".jsonl.gz"),
    ...all("readers", ".jsonl.zst")
  ],
  mail: all("pages", ".eml"),
  markdown: made("page.md", markdown),
  mbox: all("pages", ".mbox"),
  parquet: all("readers", ".parquet"),
  pdf: all("pages", ".pdf").map((one) => ({ ...one, slow: true })),
  po: all("readers", ".po"),
  sitemap: made("sitemap.xml", sitemap),
  text: made("text.txt", "First line.\n\nSecond, 学而时习之。\n"),
  tmx: all("readers", ".tmx"),
  tsv: made("table.tsv", "id\ttext\n1\tOne\n2\tTwo\n"),
  warc: [
    ...all("pages", ".warc.gz"),
    ...all("pages", ".wet"),
    ...all("pages", ".warc.gz").map(({ bytes }) => ({ name: "crawl.warc", bytes: gunzipSync(bytes) }))
  ]
}
