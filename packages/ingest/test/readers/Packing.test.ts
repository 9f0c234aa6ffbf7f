import { brotliCompressSync, gzipSync, zstdCompressSync, zstdDecompressSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { zstdFrames } from "../../src/readers/ZstdFrames.ts"
import { flipped, golden } from "./golden.ts"
import { brief, readsOf } from "./reading.ts"

const lines = Array.from({ length: 200 }, (_, n) => `line ${n} of a file that was packed`)
const jsonl = lines.map((text) => `${JSON.stringify({ text })}\n`).join("")

describe("a packed file", () => {
  it.each(["two-members.jsonl.gz", "two-frames.jsonl.zst"])(
    "is unpacked to its end, however many parts it was put together from: %s",
    async (name) => {
      assert.deepStrictEqual(brief(await readsOf(name, golden(name))), lines)
    }
  )

  it("is known by its bytes, whatever it is called", async () => {
    for (const packed of [gzipSync(jsonl), zstdCompressSync(jsonl)]) {
      for (const name of ["a.jsonl", "a.jsonl.gz", "A.JSONL.ZST", "dump"]) {
        assert.deepStrictEqual(brief(await readsOf(name, packed)), lines)
      }
    }
    // and what is only called so is read as it is
    assert.deepStrictEqual(brief(await readsOf("a.jsonl.gz", jsonl)), lines)
  })

  it("may hold any format, such as a page", async () => {
    const packed = gzipSync("<!doctype html><nav>menu</nav><p>A page.")
    assert.deepStrictEqual(brief(await readsOf("a.html.gz", packed)), ["A page."])
    assert.deepStrictEqual(brief(await readsOf("page", packed)), ["A page."])
  })

  it.each([
    ["gzip", gzipSync(jsonl)],
    ["zstd", zstdCompressSync(jsonl)],
    ["zstd with a checksum", zstdCompressSync(jsonl, { params: { 201: 1 } })],
    ["zstd of two frames", Buffer.concat([zstdCompressSync(jsonl), zstdCompressSync(jsonl)])]
  ])("that is cut short is damaged, at every length: %s", async (_, packed) => {
    for (let length = 4; length < packed.length; length += Math.ceil(length / 4)) {
      const reads = await readsOf("a.jsonl", packed.subarray(0, length))
      const last = reads.at(-1)
      assert.strictEqual(last?.kind, "broken", `${length}`)
      assert.isTrue(last?.kind === "broken" && /unpacked|zstd/u.test(last.problem + last.place))
    }
  })

  it("with any bit changed gives documents or something typed, never a crash", async () => {
    for (const packed of [gzipSync(jsonl), zstdCompressSync(jsonl, { params: { 201: 1 } })]) {
      for (let n = 0; n < 60; n++) {
        for (const one of await readsOf("a.jsonl", flipped(packed, n))) {
          assert.include(["found", "broken", "refused"], one.kind)
          // a changed bit never becomes a changed text: both formats have a checksum
          if (one.kind === "found") assert.include(lines, one.text)
        }
      }
    }
  })

  it("that unpacks to more than the limits allow is refused before anything comes out of it", async () => {
    const zeros = Buffer.alloc(2 ** 25, "a")
    for (const bomb of [gzipSync(zeros), zstdCompressSync(zeros)]) {
      assert.deepStrictEqual(brief(await readsOf("a.txt", bomb)), ["unpacked-ratio"])
      const limits = { unpackedBytes: 2 ** 20 }
      assert.deepStrictEqual(brief(await readsOf("a.txt", bomb, { limits })), ["unpacked-bytes"])
      const generous = await readsOf("a.txt", bomb, { limits: { unpackedRatio: 1e6 } })
      assert.deepStrictEqual(brief(generous), ["maxChars"])
    }
  })

  it("of another kind is no text", async () => {
    const [said] = brief(await readsOf("a.txt.br", brotliCompressSync(jsonl)))
    assert.include(["binary", "unknown-encoding"], said)
  })
})

describe("frames of zstd", () => {
  const whole = golden("two-frames.jsonl.zst")
  const pieces = async (sizes: ReadonlyArray<number>): Promise<ReadonlyArray<Buffer>> => {
    async function* cut() {
      for (let from = 0, n = 0; from < whole.length; n++) {
        const to = from + (sizes[n % sizes.length] ?? 1)
        yield await Promise.resolve(whole.subarray(from, to))
        from = to
      }
    }
    const all: Array<Buffer> = []
    for await (const piece of zstdFrames(cut())) all.push(piece)
    return all
  }

  it("are found wherever the bytes are cut, and no piece holds bytes of two", async () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 4 })
    const magic = Buffer.from([0x28, 0xb5, 0x2f, 0xfd])
    await fc.assert(
      fc.asyncProperty(sizes, async (of) => {
        const all = await pieces(of)
        // what is left is two frames, each of which begins a piece
        const starts = all.flatMap((piece, n) => (piece.equals(magic) ? [n] : []))
        assert.lengthOf(starts, 2)
        const frames = [all.slice(0, starts[1]), all.slice(starts[1])].map((parts) => Buffer.concat(parts))
        const unpacked = Buffer.concat(frames.map((frame) => zstdDecompressSync(frame))).toString()
        assert.deepStrictEqual(
          unpacked
            .trim()
            .split("\n")
            .map((line): unknown => JSON.parse(line)),
          lines.map((text) => ({ text }))
        )
      }),
      { numRuns: 50 }
    )
  })
})
