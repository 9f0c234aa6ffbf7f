// What an installation says of itself: `manifest.json`, written last.
import { createReadStream } from "node:fs"
import { readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { Writable } from "node:stream"
import { pipeline } from "node:stream/promises"
import { Effect, Option, Schema } from "effect"
import { digesting } from "./Wheel.ts"

export const Manifest = Schema.Struct({
  version: Schema.String,
  variant: Schema.Literals(["cpu", "cuda"]),
  /** where the library came from, such as the name of its wheel */
  source: Schema.String,
  compiler: Schema.String,
  files: Schema.Array(Schema.Struct({ path: Schema.String, bytes: Schema.Int, sha256: Schema.String }))
})
export type Manifest = typeof Manifest.Type

export const fileName = "manifest.json"
export const addonName = "tfjs_binding.node"
/** mutes standard error while the library loads */
export const quietName = "quiet.node"

const decode = Schema.decodeUnknownOption(Schema.fromJsonString(Manifest))

export const encode = (manifest: Manifest): string => `${JSON.stringify(manifest, undefined, 2)}\n`

/** The manifest of a folder whose files all have their size (a millisecond; does not read them). */
export const read = (folder: string): Effect.Effect<Manifest | undefined> =>
  Effect.promise(async () => {
    const text = await readFile(join(folder, fileName), "utf8").catch(() => "")
    const manifest = Option.getOrUndefined(decode(text))
    if (manifest === undefined) return undefined
    for (const file of manifest.files) {
      const found = await stat(join(folder, file.path)).catch(() => undefined)
      if (found?.size !== file.bytes) return undefined
    }
    return manifest
  })

/** Hex sha256 of a file. */
export const digestFile = async (path: string, signal: AbortSignal, onBytes: (bytes: number) => void) => {
  const { digest, stream } = digesting(onBytes)
  await pipeline(
    createReadStream(path, { highWaterMark: 2 ** 20 }),
    stream,
    new Writable({ write: (_chunk, _encoding, next) => next() }),
    { signal }
  )
  return digest()
}

/** The files of an installation that are not what was installed, all of them read (about 2 s). */
export const corrupt = (folder: string, manifest: Manifest): Effect.Effect<ReadonlyArray<string>> =>
  Effect.promise(async (signal) => {
    const broken: Array<string> = []
    for (const file of manifest.files) {
      const digest = await digestFile(join(folder, file.path), signal, () => {}).catch(() => "unreadable")
      if (digest !== file.sha256) broken.push(file.path)
    }
    return broken
  })
