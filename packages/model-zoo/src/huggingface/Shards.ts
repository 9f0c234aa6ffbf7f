// Weights as `transformers` stores them: in one file, or in several of a size with an index.
import type { StorageFailed } from "@inkstone/artifact"
import { Effect } from "effect"
import { readdir, rename, rm, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { io } from "../internal/Files.ts"
import type { FloatType } from "../internal/Rounding.ts"
import { dtypeBytes, type NamedArray, sizeOf } from "../NamedArray.ts"
import * as Safetensors from "../Safetensors.ts"

export interface ShardOptions {
  /** what numbers are rounded to */
  readonly dtype: FloatType
  /** of one file; a larger array has a file of its own */
  readonly maxShardBytes: number
}

/** Writes a small file beside `path` and renames it. */
export const writeText = (path: string, content: string | Uint8Array): Effect.Effect<void, StorageFailed> =>
  io(path, async () => {
    const partial = `${path}.${process.pid}.partial`
    await writeFile(partial, content)
    await rename(partial, path)
  })

export const writeJson = (path: string, value: unknown) =>
  writeText(path, `${JSON.stringify(value, null, 2)}\n`)

const bytesOf = (array: NamedArray, dtype: FloatType) => sizeOf(array.shape) * dtypeBytes[dtype]

/** Arrays in their order, as many in one file as fit. */
const divided = (arrays: ReadonlyArray<NamedArray>, { dtype, maxShardBytes }: ShardOptions) => {
  const shards: Array<Array<NamedArray>> = []
  let room = 0
  for (const array of arrays) {
    const bytes = bytesOf(array, dtype)
    const shard = shards.at(-1)
    if (shard === undefined || bytes > room) {
      shards.push([array])
      room = maxShardBytes - bytes
    } else {
      shard.push(array)
      room -= bytes
    }
  }
  return shards
}

const digits = (n: number) => String(n).padStart(5, "0")
const ours = /^model(-\d{5}-of-\d{5})?\.safetensors(\.index\.json)?$/
const [whole, index] = ["model.safetensors", "model.safetensors.index.json"]

/** Writes the weights into a folder, and removes those that lay there before under such names. */
export const writeWeights = Effect.fnUntraced(function* (
  folder: string,
  arrays: ReadonlyArray<NamedArray>,
  options: ShardOptions
): Effect.fn.Return<void, StorageFailed> {
  const { dtype } = options
  const shards = divided(arrays, options)
  const named = shards.map((shard, i) => ({
    shard,
    file: shards.length === 1 ? whole : `model-${digits(i + 1)}-of-${digits(shards.length)}.safetensors`
  }))
  for (const { file, shard } of named)
    yield* Safetensors.write(join(folder, file), { arrays: shard, metadata: { format: "pt" }, dtype })
  if (shards.length > 1)
    yield* writeJson(join(folder, index), {
      metadata: {
        total_parameters: arrays.reduce((sum, { shape }) => sum + sizeOf(shape), 0),
        total_size: arrays.reduce((sum, array) => sum + bytesOf(array, dtype), 0)
      },
      weight_map: Object.fromEntries(
        named.flatMap(({ file, shard }) => shard.map(({ name }) => [name, file] as const))
      )
    })
  const kept = new Set([...named.map(({ file }) => file), ...(shards.length > 1 ? [index] : [])])
  for (const name of yield* io(folder, () => readdir(folder)))
    if (ours.test(name) && !kept.has(name)) yield* io(join(folder, name), () => rm(join(folder, name)))
})
