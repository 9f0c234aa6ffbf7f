// An HTTP response as it was saved: status, headers, and the body with its transfer and content encodings undone.
import {
  brotliDecompressSync,
  constants,
  gunzipSync,
  inflateRawSync,
  inflateSync,
  zstdDecompressSync
} from "node:zlib"
import { Refusal } from "./Refusal.ts"

export interface Response {
  readonly status: number
  /** names in lower case; of several with one name the first */
  readonly headers: ReadonlyMap<string, string>
  readonly body: Uint8Array
}

const latin1 = new TextDecoder("latin1")
const mostHeaderBytes = 2 ** 18

/** Lines `name: value` up to an empty one. Continuation lines belong to the one before. */
export const headersOf = (text: string): ReadonlyMap<string, string> => {
  const headers = new Map<string, string>()
  for (const line of text.replace(/\r?\n[ \t]+/gu, " ").split(/\r?\n/u)) {
    const colon = line.indexOf(":")
    if (colon <= 0) continue
    const name = line.slice(0, colon).trim().toLowerCase()
    if (!headers.has(name)) headers.set(name, line.slice(colon + 1).trim())
  }
  return headers
}

export interface MediaType {
  /** such as `text/html` */
  readonly type: string
  readonly charset: string | undefined
}
export const mediaType = (header: string | undefined): MediaType => ({
  type: (header ?? "").split(";", 1)[0]?.trim().toLowerCase() ?? "",
  charset: /;\s*charset\s*=\s*["']?([\w.:-]+)/iu.exec(header ?? "")?.[1]
})

/** Undefined for what is no response. Throws `Refusal` where the body is packed in a way that cannot be undone, or gets too big. */
export const responseOf = (bytes: Uint8Array, mostBytes: number): Response | undefined => {
  const end = headerEnd(bytes)
  const head = latin1.decode(bytes.subarray(0, Math.min(end.from, mostHeaderBytes)))
  const status = /^HTTP\/\d(?:\.\d)?\s+(\d{3})\b/u.exec(head)?.[1]
  if (status === undefined) return undefined
  const headers = headersOf(head)
  const raw = bytes.subarray(end.to)
  const chunked = /\bchunked\b/iu.test(headers.get("transfer-encoding") ?? "")
  const whole = chunked ? (unchunked(raw) ?? raw) : raw
  return {
    status: Number(status),
    headers,
    body: decodeContent(whole, headers.get("content-encoding") ?? "", mostBytes)
  }
}

const headerEnd = (bytes: Uint8Array): { readonly from: number; readonly to: number } => {
  for (let at = bytes.indexOf(10); at !== -1; at = bytes.indexOf(10, at + 1)) {
    if (bytes[at + 1] === 10) return { from: at, to: at + 2 }
    if (bytes[at + 1] === 13 && bytes[at + 2] === 10) return { from: at, to: at + 3 }
  }
  return { from: bytes.length, to: bytes.length }
}

/** RFC 9112, 7.1. Undefined where there are no chunks: many archives undo them and keep the header. */
const unchunked = (bytes: Uint8Array): Uint8Array | undefined => {
  const parts: Array<Uint8Array> = []
  for (let at = 0; at < bytes.length;) {
    const line = bytes.indexOf(10, at)
    if (line === -1 || line - at > 1000) return parts.length > 0 ? Buffer.concat(parts) : undefined
    const size = /^\s*([0-9a-f]{1,8})\s*(?:;|\s*$)/iu.exec(latin1.decode(bytes.subarray(at, line)))?.[1]
    if (size === undefined) return parts.length > 0 ? Buffer.concat(parts) : undefined
    const length = Number.parseInt(size, 16)
    if (length === 0) break
    // a chunk that claims more than there is ends with the record
    parts.push(bytes.subarray(line + 1, line + 1 + length))
    at = line + 1 + length
    while (bytes[at] === 13 || bytes[at] === 10) at++
  }
  return Buffer.concat(parts)
}

/** Bodies that were cut short are unpacked as far as they go. */
const decodeContent = (body: Uint8Array, encoding: string, mostBytes: number): Uint8Array => {
  let bytes = body
  const layers = encoding
    .toLowerCase()
    .split(",")
    .map((one) => one.trim())
    .filter((one) => one !== "" && one !== "identity")
  // more than two layers are no server's doing
  if (layers.length > 2) throw new Refusal("content-encoding", { value: layers.length, threshold: 2 })
  for (const layer of layers.toReversed()) bytes = unpack(bytes, layer, mostBytes)
  return bytes
}

const unpack = (bytes: Uint8Array, layer: string, maxOutputLength: number): Uint8Array => {
  const zlib = { maxOutputLength, finishFlush: constants.Z_SYNC_FLUSH }
  try {
    switch (layer) {
      case "gzip":
      case "x-gzip":
        // a body that was unpacked already, as many archives do
        return bytes[0] === 0x1f && bytes[1] === 0x8b ? gunzipSync(bytes, zlib) : bytes
      case "deflate":
        return ((bytes[0] ?? 0) & 15) === 8 ? inflateSync(bytes, zlib) : inflateRawSync(bytes, zlib)
      case "br":
        return brotliDecompressSync(bytes, { maxOutputLength, finishFlush: constants.BROTLI_OPERATION_FLUSH })
      case "zstd":
        return zstdDecompressSync(bytes, { maxOutputLength })
    }
  } catch (problem) {
    const tooBig =
      problem instanceof RangeError && "code" in problem && problem.code === "ERR_BUFFER_TOO_LARGE"
    throw tooBig
      ? new Refusal("unpacked-bytes", { value: maxOutputLength + 1, threshold: maxOutputLength })
      : new Refusal("content-encoding")
  }
  throw new Refusal("content-encoding")
}
