// The pages of one column of one row group: unpacked, and checked before they are decoded. A decoder takes for granted that runs are as
// long as the page says; a single changed byte can make one of two thousand million values, for which it would take all memory.
import { brotliDecompressSync, gunzipSync, type InputType, zstdDecompressSync } from "node:zlib"
import type { ColumnMetaData, CompressionCodec, Compressors, DataReader, PageHeader } from "hyparquet"
import { parquetHeader } from "hyparquet/src/column.js"
import { decompressPage } from "hyparquet/src/datapage.js"
import { deltaBinaryUnpack } from "hyparquet/src/delta.js"
import { readVarInt } from "hyparquet/src/thrift.js"
import { decompressLz4, decompressLz4Raw, decompressSnappy } from "hyparquet-compressors"
import { Damage } from "./Format.ts"
import type { RandomAccess } from "./Input.ts"
import { Refusal } from "./Refusal.ts"

export interface Chunk {
  readonly meta: ColumnMetaData
  /** bits of a repetition and of a definition level; 0 where there are none */
  readonly levelBits: readonly [number, number]
  /** most values of a page */
  readonly maxValues: number
  /** most bytes of a page, unpacked */
  readonly maxBytes: number
}

/** A page as if it had never been packed. */
export interface Page {
  readonly header: PageHeader
  readonly bytes: Uint8Array<ArrayBuffer>
}

type Unpack = (input: InputType, options: { readonly maxOutputLength: number }) => Uint8Array
const bounded =
  (unpack: Unpack) =>
  (input: Uint8Array, length: number): Uint8Array =>
    unpack(input, { maxOutputLength: Math.max(1, length) })

/** No page comes out longer than its header says. */
export const compressors: Compressors = {
  SNAPPY: decompressSnappy,
  GZIP: bounded(gunzipSync),
  BROTLI: bounded(brotliDecompressSync),
  ZSTD: bounded(zstdDecompressSync),
  LZ4: decompressLz4,
  LZ4_RAW: decompressLz4Raw
}

/** Bytes in which the header of a page is looked for first. */
const headerWindow = 2 ** 13

/** Page by page in the order of the file. Throws `Damage` or `Refusal`, or whatever the decoder of a header throws. */
export async function* pagesOf(file: RandomAccess, chunk: Chunk): AsyncGenerator<Page> {
  const { dictionary_page_offset: dictionary, data_page_offset: data, total_compressed_size } = chunk.meta
  const first =
    dictionary !== undefined && dictionary > 0n && dictionary < data ? Number(dictionary) : Number(data)
  const end = first + Number(total_compressed_size)
  if (!(first >= 0 && end >= first && end <= file.bytes)) throw damage("lies outside the file")
  let values = 0
  for (let at = first; at < end;) {
    const { header, offset } = await headerAt(file, at, end)
    at += offset
    const { compressed_page_size: size, uncompressed_page_size: unpacked } = header
    if (!(size >= 0 && size <= end - at && unpacked >= 0)) throw damage("has a page that lies outside it")
    if (unpacked > chunk.maxBytes) {
      throw new Refusal("page-bytes", { value: unpacked, threshold: chunk.maxBytes })
    }
    const page = plain(header, await file.slice(at, at + size), chunk.meta.codec)
    at += size
    values += ensure(page, chunk)
    if (values > chunk.maxValues) throw damage("has more values than rows")
    yield page
  }
}

const damage = (problem: string): Damage => new Damage({ place: "a column", at: 0, problem })

const headerAt = async (file: RandomAccess, at: number, end: number) => {
  for (let window = headerWindow; ; window *= 8) {
    const bytes = await file.slice(at, Math.min(end, at + window))
    const reader = readerOf(bytes)
    try {
      return { header: parquetHeader(reader), offset: reader.offset }
    } catch (problem) {
      // it may go on behind the window
      if (at + window >= end) throw problem
    }
  }
}

const readerOf = (bytes: Uint8Array): DataReader => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength),
  offset: 0
})

const plain = (header: PageHeader, packed: Uint8Array<ArrayBuffer>, codec: CompressionCodec): Page => {
  const v2 = header.data_page_header_v2
  // levels of a page of version 2 are never packed
  const levels = v2 === undefined ? 0 : v2.repetition_levels_byte_length + v2.definition_levels_byte_length
  if (!(levels >= 0 && levels <= packed.length)) throw damage("has levels that are longer than their page")
  const isPacked = v2?.is_compressed !== false
  const values = packed.subarray(levels)
  const size = header.uncompressed_page_size - levels
  const unpacked = isPacked ? decompressPage(values, size, codec, compressors) : values
  const bytes = new Uint8Array(levels + unpacked.length)
  bytes.set(packed.subarray(0, levels))
  bytes.set(unpacked, levels)
  return {
    header: {
      ...header,
      compressed_page_size: bytes.length,
      uncompressed_page_size: bytes.length,
      ...(v2 === undefined ? {} : { data_page_header_v2: { ...v2, is_compressed: false } })
    },
    bytes
  }
}

/** Gives the values of a data page, 0 for a dictionary. */
const ensure = ({ header, bytes }: Page, { levelBits, maxValues }: Chunk): number => {
  const about = header.data_page_header ?? header.data_page_header_v2
  const count = (about ?? header.dictionary_page_header)?.num_values ?? 0
  if (!(count >= 0 && count <= maxValues)) throw damage(`has a page of ${count} values`)
  if (about === undefined) return 0
  const reader = readerOf(bytes)
  const v2 = header.data_page_header_v2
  const lengths = [v2?.repetition_levels_byte_length, v2?.definition_levels_byte_length]
  for (const [i, bits] of levelBits.entries()) {
    if (bits === 0 && v2 === undefined) continue
    const length = lengths[i] ?? reader.view.getUint32(reader.offset, true)
    const from = reader.offset + (v2 === undefined ? 4 : 0)
    if (bits > 0) ensureRuns({ view: reader.view, offset: from }, bits, { count, end: from + length })
    reader.offset = from + length
  }
  const end = bytes.length
  switch (about.encoding) {
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY": {
      const bits = reader.view.getUint8(reader.offset++)
      if (bits > 0 || v2 !== undefined) ensureRuns(reader, bits, { count, end })
      break
    }
    case "RLE":
      reader.offset += 4
      ensureRuns(reader, 1, { count, end })
      break
    case "DELTA_BYTE_ARRAY":
      ensurePrefixes(reader, count, end)
      break
    default:
  }
  return count
}

/** Runs of equal values, and of values packed into bits (the hybrid encoding of levels and dictionaries). */
const ensureRuns = (
  reader: DataReader,
  bits: number,
  { count, end }: { readonly count: number; readonly end: number }
): void => {
  if (bits > 32) throw damage("has values of more than 32 bits")
  for (let seen = 0; seen < count && reader.offset < end;) {
    const header = readVarInt(reader)
    const isPacked = (header & 1) === 1
    const values = isPacked ? (header >>> 1) * 8 : header >>> 1
    // the last group of packed values is filled up to eight, and some writers fill it further
    if (values > count - seen + (isPacked ? 512 : 0)) throw damage("has a run that is longer than its page")
    reader.offset += isPacked ? (values / 8) * bits : (bits + 7) >> 3
    seen += values
  }
}

/** Texts that share their beginning with the one before could grow without end. */
const longestShared = 2 ** 28
const ensurePrefixes = (reader: DataReader, count: number, end: number): void => {
  const shared = new Int32Array(count)
  deltaBinaryUnpack(reader, count, shared)
  let bytes = end
  for (const length of shared) bytes += length
  if (bytes > longestShared) throw new Refusal("page-bytes", { value: bytes, threshold: longestShared })
}
