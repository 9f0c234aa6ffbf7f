// The two formats of torch.save behind one face: an object, and the bytes of its storages by key.
import type { StorageFailed } from "@inkstone/artifact"
import { Effect } from "effect"
import { dtypeBytes } from "../NamedArray.ts"
import type { Source } from "./Source.ts"
import { attempt, Refused, type TorchInvalid } from "./TorchInvalid.ts"
import { unpickle, type Unpickled } from "./Unpickle.ts"
import { isDict, type Value } from "./Value.ts"
import * as ZipArchive from "./ZipArchive.ts"

export interface Archive extends Pick<Unpickled, "value" | "opcodes"> {
  /** bytes of a storage by key, as the file has them */
  readonly sizes: ReadonlyMap<string, number>
  readonly read: (key: string) => Effect.Effect<Uint8Array, TorchInvalid | StorageFailed>
}

const mostPickleBytes = 2 ** 26 // of a thousand tensors it has 200 kB
const magic = 0x1950a86a20f9469cfc6cn
const legacyVersion = 1001

const bigEndian = "was written on a big-endian machine; save it again on another"

const openZip = Effect.fnUntraced(function* (
  source: Source
): Effect.fn.Return<Archive, TorchInvalid | StorageFailed> {
  const zip = yield* ZipArchive.open(source)
  const pickles = [...zip.sizes.keys()].filter((name) => /^[^/]+\/data\.pkl$/.test(name))
  const [pickle] = pickles
  if (pickle === undefined || pickles.length > 1)
    return yield* source.invalid(
      "zip file",
      `has ${pickles.length} entries data.pkl: torch.save did not write it`
    )
  const folder = pickle.slice(0, -"data.pkl".length)
  if (zip.sizes.has(`${folder}constants.pkl`))
    return yield* source.invalid("zip file", "is a TorchScript program; save its state_dict with torch.save")
  if (zip.sizes.has(`${folder}byteorder`)) {
    const order = new TextDecoder().decode(yield* zip.read(`${folder}byteorder`))
    if (order !== "little")
      return yield* source.invalid("byteorder", order === "big" ? bigEndian : "is unknown")
  }
  if ((zip.sizes.get(pickle) ?? 0) > mostPickleBytes)
    return yield* source.invalid("data.pkl", `has more than ${mostPickleBytes} bytes`)
  const bytes = yield* zip.read(pickle)
  const { value, opcodes } = yield* attempt(source.file, () => unpickle("data.pkl", bytes))
  const prefix = `${folder}data/`
  const sizes = new Map(
    Array.from(zip.sizes)
      .filter(([name]) => name.startsWith(prefix))
      .map(([name, size]) => [name.slice(prefix.length), size] as const)
  )
  return { value, opcodes, sizes, read: (key) => zip.read(`${prefix}${key}`) }
})

/** Five pickles, then for each key the count of its numbers in 8 bytes and the numbers. */
const readLegacy = (bytes: Uint8Array) => {
  const number = unpickle("magic number", bytes)
  if (number.value !== magic)
    throw new Refused("magic number", "is another: a pickle, but not one that torch.save wrote")
  const version = unpickle("protocol version", bytes, number.end)
  if (version.value !== legacyVersion) throw new Refused("protocol version", `is not ${legacyVersion}`)
  const system = unpickle("system", bytes, version.end)
  const little = isDict(system.value) && system.value.entries.find(([key]) => key === "little_endian")?.[1]
  if (little !== true) throw new Refused("system", bigEndian)
  const object = unpickle("object", bytes, system.end)
  const keys = unpickle("storage keys", bytes, object.end)
  return { object, keys: keys.value, end: keys.end }
}

interface Span {
  readonly numel: number
  readonly begin: number
  readonly end: number
}

const refused = (problem: string) => new Refused("storage keys", problem)

/** Where each storage lies, if every one is as long as the object says. */
const locate = (object: Unpickled, keys: Value, from: number): ReadonlyMap<string, Span> => {
  if (keys === null || typeof keys !== "object" || keys instanceof Uint8Array || keys.kind !== "list")
    throw refused("are no list")
  const spans = new Map<string, Span>()
  let begin = from
  for (const key of keys.items) {
    const storage = typeof key === "string" ? object.storages.get(key) : undefined
    if (storage === undefined) throw refused("one that no tensor has")
    if (spans.has(storage.key)) throw refused(`${storage.key} is there twice`)
    const end = begin + 8 + storage.numel * dtypeBytes[storage.dtype]
    spans.set(storage.key, { numel: storage.numel, begin, end })
    begin = end
  }
  return spans
}

const openLegacy = Effect.fnUntraced(function* (
  source: Source
): Effect.fn.Return<Archive, TorchInvalid | StorageFailed> {
  const bytes = yield* source.read("pickles", 0, Math.min(source.size, mostPickleBytes))
  const { object, spans } = yield* attempt(source.file, () => {
    const { object, keys, end } = readLegacy(bytes)
    return { object, spans: locate(object, keys, end) }
  })
  for (const [key, { end }] of spans)
    if (end > source.size)
      return yield* source.invalid(
        `storage ${key}`,
        `ends at byte ${end} of a file of ${source.size}: the file is truncated`
      )
  return {
    value: object.value,
    opcodes: object.opcodes,
    sizes: new Map(Array.from(spans, ([key, { begin, end }]) => [key, end - begin - 8])),
    read: Effect.fnUntraced(function* (key) {
      const field = `storage ${key}`
      const span = spans.get(key)
      if (span === undefined) return yield* source.invalid(field, "is not in the file")
      const prefix = yield* source.read(field, span.begin, span.begin + 8)
      const count = Number(new DataView(prefix.buffer).getBigInt64(0, true))
      if (count !== span.numel) return yield* source.invalid(field, `has ${count} numbers, not ${span.numel}`)
      return yield* source.read(field, span.begin + 8, span.end)
    })
  }
})

/** Finds out which format it is, and reads the object. */
export const open = Effect.fnUntraced(function* (
  source: Source
): Effect.fn.Return<Archive, TorchInvalid | StorageFailed> {
  const head = Buffer.from(yield* source.read("file", 0, Math.min(source.size, 512)))
  const starts = (text: string, at = 0) => head.toString("latin1", at, at + text.length) === text
  if (starts("PK\u0003\u0004")) return yield* openZip(source)
  if (head[0] === 0x80) return yield* openLegacy(source)
  return yield* source.invalid(
    "file",
    starts("ustar", 257)
      ? "is a tar archive, as PyTorch wrote them before 0.1.10; torch.load it there and torch.save it again"
      : starts("version https://git-lfs")
        ? "is a pointer of Git LFS; fetch the file itself with: git lfs pull"
        : "is neither a zip file nor a pickle: torch.save did not write it"
  )
})
