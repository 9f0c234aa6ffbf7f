// The weights of a folder: one file or many with an index, of safetensors or of PyTorch. What files say of themselves is checked
// before any of their numbers is read.
import type { StorageFailed } from "@inkstone/artifact"
import { Effect, Schema } from "effect"
import { readFile, stat } from "node:fs/promises"
import { basename, join } from "node:path"
import { io } from "../internal/Files.ts"
import type { NamedArray, NamedArrays } from "../NamedArray.ts"
import * as Safetensors from "../Safetensors.ts"
import * as Torch from "../Torch.ts"
import { CheckpointUnusable } from "./CheckpointUnusable.ts"

type Wrong = CheckpointUnusable | Safetensors.SafetensorsInvalid | Torch.TorchInvalid | StorageFailed

export interface Weights {
  /** where they were found */
  readonly path: string
  readonly listed: ReadonlyArray<Safetensors.Listed>
  /** Reads the arrays that are chosen by their stored names. */
  readonly read: (keep: (name: string) => boolean) => Effect.Effect<NamedArrays, Wrong>
}

const mostJsonBytes = 2 ** 26 // an index of half a million arrays

/** The text of a small file. */
export const readText = Effect.fnUntraced(function* (path: string) {
  const { size } = yield* io(path, () => stat(path))
  if (size > mostJsonBytes)
    return yield* new CheckpointUnusable({
      path,
      problem: `has ${size} bytes, which is no such file`,
      names: [],
      advice: `at most ${mostJsonBytes} are read`
    })
  return yield* io(path, () => readFile(path, "utf8"))
})

const exists = (path: string) =>
  io(path, () => stat(path)).pipe(
    Effect.as(true),
    Effect.catchTag("StorageFailed", (error) =>
      error.code === "ENOENT" ? Effect.succeed(false) : Effect.fail(error)
    )
  )

export type Open = (path: string) => Effect.Effect<Weights, Wrong>

export const openSafetensors: Open = (path) =>
  Effect.map(Safetensors.list(path), (listed) => ({
    path,
    listed,
    read: (keep) => Effect.map(Safetensors.read(path, keep), ({ arrays }) => arrays)
  }))

/** A pickle says what it holds only as it is read; its reader takes no more memory than the file has bytes. */
const openTorch: Open = (path) =>
  Effect.map(Torch.readArrays(path), (arrays) => ({
    path,
    listed: [...arrays.values()],
    read: (keep) => Effect.succeed(new Map([...arrays].filter(([name]) => keep(name))))
  }))

const Index = Schema.fromJsonString(
  Schema.Struct({ weight_map: Schema.Record(Schema.String, Schema.String) })
)
const decodeIndex = Schema.decodeUnknownEffect(Index)

/** Many files as one. Each must lie in the folder itself and hold what the index says, no more and no less. */
const openIndex =
  (open: Open): Open =>
  (path) =>
    Effect.gen(function* () {
      const wrong = (problem: string, names: ReadonlyArray<string>) =>
        new CheckpointUnusable({
          path,
          problem,
          names,
          advice: "download or save the checkpoint anew; files and index must be of one and the same"
        })
      const { weight_map: map } = yield* decodeIndex(yield* readText(path)).pipe(
        Effect.mapError(({ message }) => wrong(`is no index of weights: ${message}`, []))
      )
      const files = [...new Set(Object.values(map))].toSorted()
      const outside = files.filter(
        (file) => file !== basename(file) || file.includes("\\") || file.startsWith(".") || file === ""
      )
      if (outside.length > 0) return yield* wrong("names files that do not lie beside it", outside)
      const folder = join(path, "..")
      const parts = new Map<string, Weights>()
      for (const file of files) parts.set(file, yield* open(join(folder, file)))
      const found = [...parts].flatMap(([file, { listed }]) => listed.map((one) => ({ ...one, file })))
      const strays = found.filter(({ file, name }) => !Object.hasOwn(map, name) || map[name] !== file)
      if (strays.length > 0)
        return yield* wrong(
          "does not say so, but its files hold",
          strays.map(({ file, name }) => `${name} in ${file}`)
        )
      const present = new Set(found.map(({ name }) => name))
      const absent = Object.keys(map).filter((name) => !present.has(name))
      if (absent.length > 0) return yield* wrong("names arrays that its files do not hold", absent)
      return {
        path,
        listed: found.map(({ name, dtype, shape }) => ({ name, dtype, shape })),
        read: (keep) =>
          Effect.gen(function* () {
            const arrays = new Map<string, NamedArray>()
            for (const part of parts.values())
              for (const [name, array] of yield* part.read(keep)) arrays.set(name, array)
            return arrays
          })
      }
    })

/** In the order in which `transformers` looks for them. */
const known: ReadonlyArray<readonly [name: string, open: Open]> = [
  ["model.safetensors", openSafetensors],
  ["model.safetensors.index.json", openIndex(openSafetensors)],
  ["pytorch_model.bin", openTorch],
  ["pytorch_model.bin.index.json", openIndex(openTorch)]
]

/** Finds the weights of a folder and what they hold. */
export const find = Effect.fnUntraced(function* (folder: string): Effect.fn.Return<Weights, Wrong> {
  for (const [name, open] of known) {
    const path = join(folder, name)
    if (yield* exists(path)) return yield* open(path)
  }
  return yield* new CheckpointUnusable({
    path: folder,
    problem: "has no weights",
    names: [],
    advice: `there should be one of ${known.map(([name]) => name).join(", ")}`
  })
})
