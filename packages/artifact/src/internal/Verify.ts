// Is a sealed folder what was sealed? Everything that is read goes through here first.
import { readFile, stat } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import { ArtifactCorrupt, ArtifactInvalid, ArtifactMissing, type StorageFailed } from "../errors.ts"
import { fileDigest } from "../FileDigest.ts"
import { disk, ifMissing } from "./Disk.ts"
import * as Manifest from "./Manifest.ts"

interface Place {
  readonly kind: string
  readonly digest: string
  readonly directory: string
}

type Verified<E> = Effect.Effect<Manifest.Manifest, E | ArtifactCorrupt | ArtifactInvalid | StorageFailed>

const corrupt = ({ kind, digest }: Place, file: string, problem: string) =>
  new ArtifactCorrupt({ kind, digest, file, problem })

/** The manifest, once every file has the size (`deep`: and the digest) it was sealed with. */
export const verify = Effect.fnUntraced(function* (place: Place, deep: boolean) {
  const manifest = yield* readManifest(place)
  for (const [name, sealed] of Object.entries(manifest.files)) {
    const path = join(place.directory, name)
    const found = yield* (deep ? fileDigest(path) : size(path)).pipe(
      ifMissing(Effect.fail(corrupt(place, name, "is missing")))
    )
    if (found.bytes !== sealed.bytes) {
      return yield* corrupt(place, name, `has ${found.bytes} bytes, not ${sealed.bytes}`)
    }
    if ("sha256" in found && found.sha256 !== sealed.sha256) {
      return yield* corrupt(place, name, "its bytes have changed since it was sealed (SHA-256 differs)")
    }
  }
  return manifest
})

const size = (path: string) => disk(path, async () => ({ bytes: (await stat(path)).size }))

const readManifest = (place: Place): Verified<ArtifactMissing> =>
  Effect.gen(function* () {
    const { directory, digest, kind } = place
    yield* disk(directory, () => stat(directory)).pipe(
      ifMissing(Effect.fail(new ArtifactMissing({ kind, digest })))
    )
    const path = join(directory, "artifact.json")
    const text = yield* disk(path, () => readFile(path, "utf8")).pipe(
      ifMissing(Effect.fail(corrupt(place, "artifact.json", "is missing")))
    )
    const manifest = yield* Manifest.decode(text).pipe(
      Effect.mapError(() => corrupt(place, "artifact.json", "is not an artifact's description"))
    )
    const problem = Manifest.problemWith(manifest, kind, digest)
    if (problem !== "") return yield* corrupt(place, "artifact.json", problem)
    if (manifest.format > Manifest.format) {
      return yield* new ArtifactInvalid({
        kind,
        problem: `${digest.slice(0, 12)} is stored in format ${manifest.format}, newer than ${Manifest.format}: update Inkstone`
      })
    }
    return manifest
  })
