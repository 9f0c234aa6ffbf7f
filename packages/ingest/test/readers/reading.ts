// Reads one file that a test has in memory, with any config, and gives the items.
import { join } from "node:path"
import { Effect, Schema } from "effect"
import { IngestConfig } from "../../src/IngestConfig.ts"
import { read } from "../../src/Reader.ts"
import type { Read } from "../../src/readers/Format.ts"
import { folderOf } from "../folder.ts"

const decode = Schema.decodeUnknownSync(IngestConfig)

/** Everything that comes out of a file of this name and content. */
export const readsOf = (
  name: string,
  content: string | Uint8Array,
  config: Readonly<Record<string, unknown>> = {}
): Promise<ReadonlyArray<Read>> =>
  Effect.runPromise(
    Effect.scoped(
      Effect.gen(function* () {
        const folder = yield* folderOf({ [name]: content })
        const file = { path: join(folder, name), name, bytes: 0, sha256: "" }
        return yield* Effect.promise(async () => {
          const all: Array<Read> = []
          for await (const { reads } of read(file, decode({ files: ["x"], ...config }))) all.push(...reads)
          return all
        })
      })
    )
  )

/** In short: the text of a document, the rule of a refusal, the place and problem of what is broken. */
export const brief = (reads: ReadonlyArray<Read>): ReadonlyArray<string> =>
  reads.map((one) =>
    one.kind === "found" ? one.text : one.kind === "refused" ? one.rule : `${one.place} ${one.problem}`
  )
