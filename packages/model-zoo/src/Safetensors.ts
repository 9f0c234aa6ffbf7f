// The safetensors format of Hugging Face: 8 bytes header length, a JSON header, then the bytes of all tensors.
// https://github.com/huggingface/safetensors#format. A file from outside is not trusted: every length is checked against
// the file's real size before anything is allocated for it.
import type { StorageFailed } from "@inkstone/artifact"
import { Effect, Schema } from "effect"
import { type FileHandle, open, rename, rm } from "node:fs/promises"
import { io } from "./internal/Files.ts"
import { type FloatType, rounded } from "./internal/Rounding.ts"
import { type Dtype, dtypeBytes, type NamedArray, type NamedArrays, sizeOf } from "./NamedArray.ts"

/** The file is not what its format asks for; `field` is the tensor or the part of the file. */
export class SafetensorsInvalid extends Schema.TaggedError<SafetensorsInvalid>()("SafetensorsInvalid", {
  file: Schema.String,
  field: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.file}: ${this.field}: ${this.problem}`
  }
}

/** An array whose bytes are still in the file. */
export type Listed = Pick<NamedArray, "name" | "dtype" | "shape">

export interface Contents {
  readonly arrays: NamedArrays
  /** what the writer noted, such as `format: pt` */
  readonly metadata: Readonly<Record<string, string>>
}

const codes = {
  F64: "float64",
  F32: "float32",
  F16: "float16",
  BF16: "bfloat16",
  I64: "int64",
  I32: "int32",
  I16: "int16",
  I8: "int8",
  U64: "uint64",
  U32: "uint32",
  U16: "uint16",
  U8: "uint8",
  BOOL: "bool"
} as const satisfies Record<string, Dtype>
const codeOf = new Map<Dtype, string>(Object.entries(codes).map(([code, dtype]) => [dtype, code]))

const mostHeaderBytes = 100_000_000 // the limit of the reference implementation
const pieceBytes = 2 ** 30 // one read of 2^31 bytes or more aborts Node

const Natural = Schema.Int.pipe(Schema.check(Schema.isGreaterThanOrEqualTo(0)))
const Header = Schema.fromJsonString(Schema.Record(Schema.String, Schema.Unknown))
const Metadata = Schema.Record(Schema.String, Schema.String)
const Entry = Schema.Struct({
  dtype: Schema.Literals([
    "F64",
    "F32",
    "F16",
    "BF16",
    "I64",
    "I32",
    "I16",
    "I8",
    "U64",
    "U32",
    "U16",
    "U8",
    "BOOL"
  ]),
  shape: Schema.Array(Natural),
  data_offsets: Schema.Tuple([Natural, Natural])
})
const decodeHeader = Schema.decodeUnknownEffect(Header)
const decodeMetadata = Schema.decodeUnknownEffect(Metadata)
const decodeEntry = Schema.decodeUnknownEffect(Entry)

interface Located extends Listed {
  readonly begin: number
  readonly end: number
}

/** Reads a span whose end was checked to lie inside the file. */
const readSpan = async (handle: FileHandle, [from, to]: readonly [number, number]): Promise<Uint8Array> => {
  const bytes = new Uint8Array(to - from)
  for (let done = 0; done < bytes.length;) {
    const length = Math.min(pieceBytes, bytes.length - done)
    const { bytesRead } = await handle.read(bytes, done, length, from + done)
    if (bytesRead === 0) throw new Error("the file became shorter while it was read")
    done += bytesRead
  }
  return bytes
}

/** Where each tensor lies: inside the file, as long as its shape says, without overlaps or holes. */
const locate = Effect.fnUntraced(function* (
  file: string,
  header: Readonly<Record<string, unknown>>,
  dataBytes: number
): Effect.fn.Return<ReadonlyArray<Located>, SafetensorsInvalid> {
  const invalid = (field: string) => (problem: string) => new SafetensorsInvalid({ file, field, problem })
  const located: Array<Located> = []
  for (const [name, value] of Object.entries(header)) {
    if (name === "__metadata__") continue
    const wrong = invalid(`tensor ${JSON.stringify(name)}`)
    const entry = yield* decodeEntry(value).pipe(Effect.mapError(({ message }) => wrong(message)))
    const [begin, end] = entry.data_offsets
    const dtype = codes[entry.dtype]
    const bytes = sizeOf(entry.shape) * dtypeBytes[dtype]
    if (end < begin || end > dataBytes)
      return yield* wrong(`data_offsets [${begin}, ${end}] lie outside of the ${dataBytes} bytes of data`)
    if (end - begin !== bytes)
      return yield* wrong(
        `${entry.dtype} [${entry.shape.join(", ")}] needs ${bytes} bytes, has ${end - begin}`
      )
    located.push({ name, dtype, shape: entry.shape, begin, end })
  }
  const inOrder = located.toSorted((a, b) => a.begin - b.begin || a.end - b.end)
  let covered = 0
  for (const { name, begin, end } of inOrder) {
    if (begin !== covered)
      return yield* invalid(`tensor ${JSON.stringify(name)}`)(
        `begins at byte ${begin}, the one before ends at ${covered}: ${begin < covered ? "overlap" : "hole"}`
      )
    covered = end
  }
  return covered === dataBytes
    ? inOrder
    : yield* invalid("data")(`${dataBytes - covered} bytes belong to no tensor`)
})

/** The header, checked against the file's size. */
const readHeader = Effect.fnUntraced(function* (file: string, handle: FileHandle) {
  const invalid = (field: string, problem: string) => new SafetensorsInvalid({ file, field, problem })
  const { size } = yield* io(file, () => handle.stat())
  if (size < 8) return yield* invalid("header length", `the file has ${size} bytes, at least 8 are needed`)
  const prefix = yield* io(file, () => readSpan(handle, [0, 8]))
  const length = Number(new DataView(prefix.buffer, prefix.byteOffset).getBigUint64(0, true))
  if (length > mostHeaderBytes || length > size - 8)
    return yield* invalid("header length", `${length} bytes announced, ${size - 8} follow`)
  const bytes = yield* io(file, () => readSpan(handle, [8, 8 + length]))
  const header = yield* decodeHeader(new TextDecoder().decode(bytes)).pipe(
    Effect.mapError(() => invalid("header", "not a JSON object"))
  )
  const metadata = yield* decodeMetadata(header["__metadata__"] ?? {}).pipe(
    Effect.mapError(({ message }) => invalid("__metadata__", message))
  )
  return { metadata, data: 8 + length, located: yield* locate(file, header, size - 8 - length) }
})

const opened = <A, E>(file: string, use: (handle: FileHandle) => Effect.Effect<A, E>) =>
  Effect.acquireUseRelease(
    io(file, () => open(file)),
    use,
    (handle) => Effect.promise(() => handle.close())
  )

/** What a file holds, in its order, without reading any of it. */
export const list = Effect.fn("Safetensors.list")(
  (file: string): Effect.Effect<ReadonlyArray<Listed>, SafetensorsInvalid | StorageFailed> =>
    opened(file, (handle) =>
      Effect.map(readHeader(file, handle), ({ located }) =>
        located.map(({ name, dtype, shape }) => ({ name, dtype, shape }))
      )
    )
)

/** Reads a file, all of it or the arrays that `keep` chooses; every array gets a buffer of its own. */
export const read = Effect.fn("Safetensors.read")(
  (
    file: string,
    keep: (name: string) => boolean = () => true
  ): Effect.Effect<Contents, SafetensorsInvalid | StorageFailed> =>
    opened(
      file,
      Effect.fnUntraced(function* (handle) {
        const { data, located, metadata } = yield* readHeader(file, handle)
        const arrays = new Map<string, NamedArray>()
        for (const { name, dtype, shape, begin, end } of located) {
          if (!keep(name)) continue
          const bytes = yield* io(file, () => readSpan(handle, [data + begin, data + end]))
          arrays.set(name, { name, dtype, shape, bytes })
        }
        return { arrays, metadata }
      })
    )
)

/** Wide types first, as the reference implementation does, so that every tensor is aligned; then by name. */
export const inFileOrder = <A extends Listed>(arrays: Iterable<A>): ReadonlyArray<A> =>
  [...arrays].toSorted((a, b) => dtypeBytes[b.dtype] - dtypeBytes[a.dtype] || (a.name < b.name ? -1 : 1))

/**
 * What a file of these arrays begins with: length and JSON, padded with spaces so that the data begins at a multiple of 8. The
 * bytes of the arrays follow in the order given, which `inFileOrder` makes.
 */
export const headerOf = (
  arrays: ReadonlyArray<Listed>,
  metadata: Contents["metadata"]
): Uint8Array<ArrayBuffer> => {
  let end = 0
  const entries = arrays.map(({ name, dtype, shape }) => {
    const begin = end
    end += sizeOf(shape) * dtypeBytes[dtype]
    return [name, { dtype: codeOf.get(dtype), shape, data_offsets: [begin, end] }] as const
  })
  const fields =
    Object.keys(metadata).length === 0 ? entries : [["__metadata__", metadata] as const, ...entries]
  const json = JSON.stringify(Object.fromEntries(fields))
  const text = new TextEncoder().encode(json)
  const header = new Uint8Array(8 + Math.ceil(text.length / 8) * 8).fill(0x20)
  new DataView(header.buffer).setBigUint64(0, BigInt(header.length - 8), true)
  header.set(text, 8)
  return header
}

const isFloat = (dtype: Dtype) => /float/.test(dtype)

/**
 * Writes a file beside `file` and renames it, so that nobody sees half of it. Float arrays are rounded to `dtype`, if it is
 * given, one after another as they are written.
 */
export const write = Effect.fn("Safetensors.write")(function* (
  file: string,
  contents: {
    readonly arrays: Iterable<NamedArray>
    readonly metadata: Contents["metadata"]
    readonly dtype?: FloatType
  }
): Effect.fn.Return<void, StorageFailed> {
  const { dtype: wanted } = contents
  const typed = (array: NamedArray) =>
    wanted !== undefined && isFloat(array.dtype)
      ? { ...array, dtype: wanted, source: array }
      : { ...array, source: array }
  const arrays = inFileOrder(Array.from(contents.arrays, typed))
  const partial = `${file}.${process.pid}.partial`
  yield* io(file, async () => {
    const handle = await open(partial, "w")
    const put = async (bytes: Uint8Array) => {
      for (let from = 0; from < bytes.length;) {
        const { bytesWritten } = await handle.write(bytes, from, Math.min(pieceBytes, bytes.length - from))
        from += bytesWritten
      }
    }
    try {
      await put(headerOf(arrays, contents.metadata))
      for (const { source } of arrays)
        await put((wanted === undefined ? source : rounded(source, wanted)).bytes)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(partial, file)
  }).pipe(Effect.onError(() => Effect.promise(() => rm(partial, { force: true }))))
})
