// pdf.js unpacks a stream as a whole, and a megabyte of it may unpack to a gigabyte: the large ones are measured first.
import { Readable } from "node:stream"
import { createInflate } from "node:zlib"
import { Refusal } from "../readers/Refusal.ts"

/** Smaller ones unpack to 64 MiB at the very most. */
const leastPacked = 2 ** 16
/** of one stream; text has a few hundred kilobytes a page */
const mostUnpacked = 2 ** 28
const chunkSize = 2 ** 18

/** Throws a `Refusal`: `unpacked-bytes`, or `pdf-filters` for streams that are packed twice, which only bombs are. */
export const refuseBombs = async (bytes: Uint8Array<ArrayBuffer>, most = mostUnpacked): Promise<void> => {
  const file = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let at = file.indexOf("stream"); at !== -1; at = file.indexOf("stream", at + 6)) {
    if (file.subarray(Math.max(0, at - 3), at).toString("latin1") === "end") continue
    const dictionary = file.subarray(Math.max(0, at - 300), at).toString("latin1")
    if (/\/(?:FlateDecode|Fl|LZWDecode|LZW)[\s/]+(?:FlateDecode|Fl|LZWDecode|LZW)\b/u.test(dictionary))
      throw new Refusal("pdf-filters")
    const end = file.indexOf("endstream", at)
    const packed = file.subarray(at + 6, end === -1 ? file.length : end)
    if (packed.length < leastPacked) continue
    const start = packed[0] === 13 ? 2 : 1
    const unpacked = await unpackedLength(packed.subarray(start), most)
    if (unpacked > most) throw new Refusal("unpacked-bytes", { value: unpacked, threshold: most })
  }
}

/** As far as it is zlib data; 0 for anything else. */
const unpackedLength = async (packed: Uint8Array, most: number): Promise<number> => {
  const machine = Readable.from([packed]).pipe(createInflate({ chunkSize }))
  let length = 0
  try {
    for await (const chunk of machine) {
      const piece: Uint8Array = chunk
      length += piece.length
      if (length > most) return length
    }
  } catch (problem) {
    if (!(problem instanceof Error && "code" in problem)) throw problem
  } finally {
    machine.destroy()
  }
  return length
}
