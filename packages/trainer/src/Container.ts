// A file of named arrays and one text that knows whether it is whole: a safetensors file with the SHA-256 of all it holds
// among its metadata.
import type { StorageFailed } from "@inkstone/artifact"
import type { NamedArrays } from "@inkstone/model-zoo/NamedArray"
import * as Safetensors from "@inkstone/model-zoo/Safetensors"
import { Effect, Schema } from "effect"
import { createHash } from "node:crypto"

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

/** Over the text and, in the order of their names, what each array is called, how it is shaped and what it holds. */
const digestOf = ({ text, arrays }: Contents): string => {
  const hash = createHash("sha256").update(JSON.stringify(text))
  for (const { name, dtype, shape, bytes } of [...arrays.values()].toSorted((a, b) =>
    a.name < b.name ? -1 : 1
  ))
    hash.update(JSON.stringify([name, dtype, shape])).update(bytes)
  return hash.digest("hex")
}

/** Writes atomically: the file is there whole or not at all. */
export const write = (file: string, contents: Contents): Effect.Effect<void, StorageFailed> =>
  Safetensors.write(file, {
    arrays: contents.arrays.values(),
    metadata: { sha256: digestOf(contents), text: contents.text }
  })

/** Reads a file and checks it. */
export const read = Effect.fn("Container.read")(function* (
  path: string
): Effect.fn.Return<Contents, ContainerCorrupt | StorageFailed> {
  const { arrays, metadata } = yield* Safetensors.read(path).pipe(
    Effect.catchTag("SafetensorsInvalid", ({ field, problem }) =>
      Effect.fail(new ContainerCorrupt({ path, problem: `${field}: ${problem}` }))
    )
  )
  const contents = { text: metadata["text"] ?? "", arrays }
  if (metadata["sha256"] === digestOf(contents)) return contents
  return yield* new ContainerCorrupt({ path, problem: "its digest does not match its contents" })
})
