import { deflateSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { refuseBombs } from "../../src/pdf/Bombs.ts"
import { withoutFurniture } from "../../src/pdf/Furniture.ts"
import { type Line, linesOf, type Piece } from "../../src/pdf/Lines.ts"
import { paragraphsOf } from "../../src/pdf/Paragraphs.ts"
import { Refusal } from "../../src/readers/Refusal.ts"
import { pages } from "./pages.ts"
import { brief, readsOf } from "./reading.ts"

const piece = (text: string, x: number, y: number, width = 5 * text.length): Piece => ({
  text,
  x,
  y,
  width,
  size: 10,
  mono: false
})
const line = (text: string, y: number, { left = 72, right = 280, size = 10 } = {}): Line => ({
  text,
  left,
  right,
  y,
  size,
  mono: false
})

const stream = (filter: string, packed: Uint8Array) =>
  Buffer.concat([
    Buffer.from(`%PDF-1.4\n5 0 obj << /Filter ${filter} >>\nstream\n`),
    packed,
    Buffer.from("\nendstream")
  ])

const ofBomb = async (bytes: Buffer<ArrayBuffer>) => {
  try {
    await refuseBombs(bytes, 2 ** 24)
    return "nothing"
  } catch (problem) {
    return problem instanceof Refusal ? problem.rule : problem
  }
}

describe("a PDF", () => {
  it("is read column by column, without running heads and page numbers, broken words put together", async () => {
    const [one] = await readsOf("paper.pdf", pages("paper.pdf"))
    if (one?.kind !== "found") throw new Error("it should be found")
    const paragraphs = one.text.split("\n\n")
    assert.lengthOf(paragraphs, 19)
    assert.deepStrictEqual(paragraphs.slice(0, 4), [
      "A Voyage to the North, with notes",
      "Once the wind was low and the sea lay flat as a plate, so that the crew sat in the shade of the sail and told stories of other " +
        "seas, of well-known islands and of those that no one has ever found again. Then the well-known wind came back.",
      "On the second day a sail was seen in the north. Nobody spoke. The captain looked at it for a long time through his glass and " +
        "went below, and when he came back he had put on his coat and his hat, as if he were to go ashore that same hour.",
      "It was once to be so."
    ])
    assert.notInclude(one.text, "Collected Papers")
    assert.notMatch(one.text, /\b(?:17|18|19|2\d)\b/u)
    assert.strictEqual(one.lang, "en")
  })

  it.each([
    ["map-unigb.pdf", "学而时习之，不亦说乎？"],
    ["map-gbk.pdf", "ABC 学而时习之，不亦说乎？"],
    ["map-big5.pdf", "學而時習之，不亦說乎？"],
    ["map-japan.pdf", "学びて時に之を習う、ｱｲｳ。"],
    ["map-korea.pdf", "배우고 때때로 익히면"]
  ])("whose characters are named by one of Adobe's maps is read: %s", async (name, expected) => {
    assert.deepStrictEqual(brief(await readsOf(name, pages(name))), [expected])
  })

  it.each([
    ["pictures of pages", "scan.pdf", ["no-text-layer"]],
    ["a password", "locked.pdf", ["encrypted"]]
  ])("with %s is refused", async (_, name, expected) => {
    assert.deepStrictEqual(brief(await readsOf(name, pages(name))), expected)
  })

  it("that is cut off is read as far as it goes, or damage", async () => {
    const bytes = pages("paper.pdf")
    const kinds: Array<string | undefined> = []
    for (const length of [10, 700, bytes.length - 1]) {
      kinds.push((await readsOf("x.pdf", bytes.subarray(0, length)))[0]?.kind)
    }
    // without its table of objects a file is searched for them
    assert.deepStrictEqual(kinds, ["broken", "broken", "found"])
  })

  it("that unpacks to too much is refused before it is unpacked", async () => {
    const packed = deflateSync(Buffer.alloc(70_000_000)) // 68 kB
    assert.strictEqual(await ofBomb(stream("/FlateDecode", packed)), "unpacked-bytes")
    assert.strictEqual(await ofBomb(stream("[/FlateDecode /FlateDecode]", packed)), "pdf-filters")
    assert.strictEqual(await ofBomb(stream("/FlateDecode", deflateSync(Buffer.alloc(1000)))), "nothing")
  })
})

describe("lines of a page", () => {
  it("are put together from pieces on one baseline, whatever their order", () => {
    const lines = linesOf([
      piece("world", 100, 700),
      piece("Hello", 72, 700),
      piece("2", 126, 703, 4),
      piece("below", 72, 688)
    ])
    assert.deepStrictEqual(
      lines.map(({ text }) => text),
      ["Hello world2", "below"]
    )
  })
  it("have no spaces between Han characters that are drawn apart", () => {
    assert.strictEqual(
      linesOf([piece("学而", 72, 700, 20), piece("时习之", 95, 700, 30)])[0]?.text,
      "学而时习之"
    )
  })
  it("of a table stay rows", () => {
    const cells = Array.from({ length: 12 }, (_, n) => [
      piece(`k${n}`, 72, 700 - 12 * n, 15),
      piece(`v${n}`, 400, 700 - 12 * n, 15)
    ])
    assert.strictEqual(linesOf(cells.flat())[3]?.text, "k3 v3")
  })
})

describe("paragraphs", () => {
  it("are joined over a page, and a hyphen stays where the word is written with it elsewhere", () => {
    const text = paragraphsOf([
      [line("A self-made man who knew a self-", 700), line("made man went on to the", 688)],
      [line("next page, which was an exam-", 700), line("ple of all.", 688, { right: 130 })]
    ])
    assert.strictEqual(
      text,
      "A self-made man who knew a self-made man went on to the next page, which was an example of all."
    )
  })
  it("end at wider gaps, and lines that end early stay lines", () => {
    const text = paragraphsOf([
      [
        line("A line as long as all the others", 700),
        line("and an end.", 688, { right: 120 }),
        line("The next one begins here and is", 660),
        line("short", 648, { right: 100 }),
        line("lines", 636, { right: 100 })
      ]
    ])
    assert.strictEqual(
      text,
      "A line as long as all the others and an end.\n\nThe next one begins here and is short\nlines"
    )
  })
  it("spell ligatures out and leave no spaces between Han characters", () => {
    assert.strictEqual(
      paragraphsOf([[line("of\uFB01ce and", 700), line("e\uFB03cient", 688)]]),
      "office and efficient"
    )
    assert.strictEqual(paragraphsOf([[line("学而时", 700), line("习之", 688)]]), "学而时习之")
  })
})

const page = (n: number, head: string) => [
  line(head, 750),
  line(`Body ${n} is another each time`, 700),
  line(`More of ${n * 7}`, 688),
  line("and more", 676),
  line(`${n + 4}`, 40)
]

describe("heads and feet", () => {
  it("go where they repeat, numbers counted as one, or where they grow by one a page", () => {
    const left = withoutFurniture([1, 2, 3, 4].map((n) => page(n, `Chapter ${n}`)))
    assert.deepStrictEqual(
      left.map((lines) => lines.length),
      [3, 3, 3, 3]
    )
    const chapters = ["Wind", "Sea", "Sail", "Sun"].map((name, n) => page(n, `${name} ${n + 10}`))
    assert.isTrue(withoutFurniture(chapters).every((lines) => lines[0]?.text.startsWith("Body") === true))
  })
  it("stay in a file of two pages, where nothing can be told", () => {
    const two = [page(1, "A"), page(2, "A")]
    assert.deepStrictEqual(withoutFurniture(two), two)
  })
})
