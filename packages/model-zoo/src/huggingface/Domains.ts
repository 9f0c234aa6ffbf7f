// A domain embedding is no part of what `transformers` knows: it lies in a file of its own, which that does not look for, and its
// sizes in `config.json` under a key that it keeps and does not read.
import type { StorageFailed } from "@inkstone/artifact"
import { Effect, Schema } from "effect"
import { rm } from "node:fs/promises"
import { join } from "node:path"
import * as Domain from "../blocks/Domain.ts"
import { io } from "../internal/Files.ts"
import type { FloatType } from "../internal/Rounding.ts"
import type { NamedArray } from "../NamedArray.ts"
import * as Safetensors from "../Safetensors.ts"
import * as Folder from "./Folder.ts"

/** What an architecture says of domains. */
export const Wanted = Schema.Struct(Domain.field)
export const wanted = Schema.decodeUnknownEffect(Wanted)

const file = "domain.safetensors"

export const isOwn = ({ name }: Pick<NamedArray, "name">): boolean => name.startsWith(Domain.prefix)

/** Writes the arrays of a domain embedding; removes an older file where there is none. */
export const write = Effect.fnUntraced(function* (
  folder: string,
  arrays: ReadonlyArray<NamedArray>,
  dtype: FloatType
): Effect.fn.Return<void, StorageFailed> {
  const path = join(folder, file)
  if (arrays.length === 0) return yield* io(path, () => rm(path, { force: true }))
  yield* Safetensors.write(path, { arrays, metadata: { format: "pt" }, dtype })
  yield* Effect.logWarning(
    `${path}: transformers loads the rest without this domain embedding, and says something else of tokens that have a domain`
  )
})

/** The weights of a folder together with those of its domains. */
export const beside = Effect.fnUntraced(function* (folder: string, weights: Folder.Weights) {
  const own = yield* Folder.openSafetensors(join(folder, file))
  const both: Folder.Weights = {
    path: weights.path,
    listed: [...weights.listed, ...own.listed],
    read: (keep) =>
      Effect.map(
        Effect.all([weights.read(keep), own.read(keep)]),
        ([arrays, domains]) => new Map([...arrays, ...domains])
      )
  }
  return both
})
