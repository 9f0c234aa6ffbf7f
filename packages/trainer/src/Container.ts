// A file of named arrays and one text that knows whether it is whole: a safetensors file with the SHA-256 of all it holds
// among its metadata. `ContainerFile.ts` writes it.
import type { StorageFailed } from "@inkstone/artifact"
import type { NamedArray, NamedArrays } from "@inkstone/model-zoo/NamedArray"
import * as Safetensors from "@inkstone/model-zoo/Safetensors"
import { Effect, Schema } from "effect"
import * as ContainerFile from "./ContainerFile.ts"

/** The file is not what was written: cut short, changed, or another format. */
export class ContainerCorrupt extends Schema.TaggedError<ContainerCorrupt>()("ContainerCorrupt", {
  path: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `${this.path}: ${this.problem}`
  }
}

export interface Contents {
  readonly text: string
  readonly arrays: NamedArrays
}

/** In the order of the file; the digest takes them in the order of their names, which no writer can change. */
const labelled = (arrays: Iterable<NamedArray>): ContainerFile.Prepared["arrays"] => {
  const inFile = Safetensors.inFileOrder(arrays)
  const places = new Map(
    inFile
      .map(({ name }) => name)
      .toSorted((a, b) => (a < b ? -1 : 1))
      .map((name, place) => [name, place])
  )
  return inFile.map(({ bytes, dtype, name, shape }) => ({
    label: JSON.stringify([name, dtype, shape]),
    hashed: places.get(name) ?? 0,
    bytes
  }))
}

/** All that is needed to write the contents to a file, but for the digest. The bytes of the arrays are shared, not copied. */
export const prepare = ({ arrays, text }: Contents): ContainerFile.Prepared => {
  const zeros = "0".repeat(ContainerFile.digestHexDigits)
  // the digest first: nothing that the text says can stand before it
  const header = Safetensors.headerOf(Safetensors.inFileOrder(arrays.values()), { sha256: zeros, text })
  const digestAt = Buffer.from(header.buffer).indexOf(zeros)
  return { header, digestAt, text, arrays: labelled(arrays.values()) }
}

/** Reads a file and checks it. */
export const read = Effect.fn("Container.read")(function* (
  path: string
): Effect.fn.Return<Contents, ContainerCorrupt | StorageFailed> {
  const { arrays, metadata } = yield* checked(path, Safetensors.read(path))
  const contents = { text: metadata["text"] ?? "", arrays }
  const digest = ContainerFile.digestOf({ text: contents.text, arrays: labelled(arrays.values()) })
  if (metadata["sha256"] === digest) return contents
  return yield* new ContainerCorrupt({ path, problem: "its digest does not match its contents" })
})

/** The text alone, as it stands there: nothing else is read, and nothing is checked but that the file has its length. */
export const peek = (path: string): Effect.Effect<string, ContainerCorrupt | StorageFailed> =>
  Effect.map(
    checked(
      path,
      Safetensors.read(path, () => false)
    ),
    ({ metadata }) => metadata["text"] ?? ""
  )

const checked = <A>(
  path: string,
  reading: Effect.Effect<A, Safetensors.SafetensorsInvalid | StorageFailed>
) =>
  Effect.catchTag(reading, "SafetensorsInvalid", ({ field, problem }) =>
    Effect.fail(new ContainerCorrupt({ path, problem: `${field}: ${problem}` }))
  )
