import { gzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { collect, filesIn } from "../collect.ts"
import { folderOf } from "../folder.ts"

const page = (n: number) =>
  `<main><p>Page ${n} of the folder has a sentence that is long enough, number ${n}.</p></main>`
const sitemap = (...urls: ReadonlyArray<string>) =>
  `<?xml version="1.0"?><urlset>${urls.map((url) => `<url><loc> ${url} </loc><lastmod>2024-05-01</lastmod></url>`).join("")}</urlset>`

const sourcesOf = (files: Readonly<Record<string, string | Uint8Array>>) =>
  Effect.scoped(
    Effect.gen(function* () {
      const { documents } = yield* collect(filesIn(yield* folderOf(files)))
      return documents.map(({ source }) => source).toSorted()
    })
  )

describe("a sitemap", () => {
  it.effect("beside saved pages, or above them, gives their addresses; it is no document", () =>
    Effect.gen(function* () {
      const sources = yield* sourcesOf({
        "site/sitemap.xml": sitemap(
          "https://x.example/",
          "https://x.example/a/b",
          "https://x.example/caf%C3%A9.html"
        ),
        "site/index.html": page(1),
        "site/a/b/index.html": page(2),
        "site/café.html": page(3),
        "site/other.html": page(4),
        "alone.html": page(5)
      })
      assert.deepStrictEqual(sources, [
        "alone.html",
        "https://x.example/",
        "https://x.example/a/b",
        "https://x.example/caf%C3%A9.html",
        "site/other.html"
      ])
    })
  )

  it.effect("may be packed, and the pages be below the name of their host", () =>
    Effect.gen(function* () {
      const packed = gzipSync(sitemap("https://x.example/a?b=1"))
      assert.deepStrictEqual(
        yield* sourcesOf({ "sitemap.xml.gz": packed, "x.example/a?b=1.html": page(1) }),
        ["https://x.example/a?b=1"]
      )
    })
  )

  it.effect("that is damaged, or names what is no address, is as good as none", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        yield* sourcesOf({ "sitemap.xml": "<urlset><url><loc>javascript:x", "a.html": page(1) }),
        ["a.html"]
      )
      assert.deepStrictEqual(
        yield* sourcesOf({ "sitemap.xml": `<urlset>${"<a>".repeat(9000)}`, "a.html": page(1) }),
        ["a.html"]
      )
    })
  )
})
