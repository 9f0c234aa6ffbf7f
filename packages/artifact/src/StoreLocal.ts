// A store in a folder: `objects/<kind>/<digest>/`, `tmp/` for drafts, `quarantine/` for what turned out to be corrupt.
import { mkdir, rename, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Effect, Layer, Schema } from "effect"
import type { ArtifactRef, Draft } from "./Artifact.ts"
import { ArtifactInvalid, ArtifactMissing, StorageFailed } from "./errors.ts"
import * as ArtifactLocal from "./internal/ArtifactLocal.ts"
import { disk, ifMissing, names, syncFolder } from "./internal/Disk.ts"
import * as DraftFolder from "./internal/DraftFolder.ts"
import { DraftLocal } from "./internal/DraftLocal.ts"
import { upgrade } from "./internal/Upgrade.ts"
import { verify } from "./internal/Verify.ts"
import type { Kind } from "./Kind.ts"
import { Store } from "./Store.ts"

/** A store in the folder `root` (absolute). Folders are made when the first thing is written. */
export const layer = (root: string): Layer.Layer<Store> => {
  const place = ({ digest, kind }: ArtifactRef) => ({
    kind,
    digest,
    directory: join(root, "objects", kind, digest)
  })
  const tmp = join(root, "tmp")

  const open = Effect.fn("StoreLocal.open")(function* <K extends Kind>(kind: K, digest: string) {
    if (!isDigest(digest)) return yield* new ArtifactMissing({ kind: kind.name, digest })
    const { directory } = place({ kind: kind.name, digest })
    const manifest = yield* verify({ kind: kind.name, digest, directory }, true)
    const { attributes, version } = manifest.contents
    const invalid = (problem: string) => new ArtifactInvalid({ kind: kind.name, problem })
    if (version > kind.version) {
      return yield* invalid(
        `${digest.slice(0, 12)} has version ${version}, newer than ${kind.version}: update Inkstone`
      )
    }
    if (version < kind.version) return yield* upgrade(kind, directory, manifest)
    const decoded = yield* Schema.decodeUnknownEffect(kind.attributes)(attributes).pipe(
      Effect.mapError((error) => invalid(`attributes of ${digest.slice(0, 12)}: ${error.message}`))
    )
    return ArtifactLocal.make(kind, directory, manifest, decoded)
  })

  const draft = Effect.fn("StoreLocal.draft")(function* <K extends Kind>(kind: K) {
    if (!isName(kind.name)) return yield* Effect.die(new Error(`${kind.name} cannot be the name of a folder`))
    const made = yield* Effect.acquireRelease(
      Effect.map(DraftFolder.make(tmp), (folder) => new DraftLocal(kind, folder)),
      // what cannot be removed now is swept later
      (draft) => Effect.andThen(draft.close, Effect.ignore(DraftFolder.remove(draft.directory)))
    )
    const typed: Draft<K> = made
    return typed
  })

  const check = Effect.fn("StoreLocal.check")(function* (
    ref: ArtifactRef,
    options: { readonly deep: boolean }
  ) {
    if (!isRef(ref)) return "missing"
    return yield* verify(place(ref), options.deep).pipe(
      Effect.as("intact" as const),
      Effect.catchTags({
        ArtifactMissing: () => Effect.succeed("missing" as const),
        ArtifactCorrupt: () => Effect.succeed("corrupt" as const),
        // stored by a newer Inkstone: intact, as far as this one can tell
        ArtifactInvalid: () => Effect.succeed("intact" as const)
      })
    )
  })

  /** Moves a folder out of `objects`, whole, in one step. */
  const moveAway = Effect.fnUntraced(function* (ref: ArtifactRef, folder: string) {
    const { directory } = place(ref)
    if (!isRef(ref)) {
      return yield* new StorageFailed({
        path: directory,
        code: "ENOENT",
        problem: "not the name of an artifact"
      })
    }
    const made = yield* DraftFolder.make(folder)
    const to = join(made, `${ref.kind}-${ref.digest}`)
    yield* disk(directory, () => rename(directory, to)).pipe(
      Effect.onError(() => Effect.ignore(DraftFolder.remove(made)))
    )
    return to
  })
  const quarantine = (ref: ArtifactRef) => moveAway(ref, join(root, "quarantine"))

  const remove = Effect.fn("StoreLocal.remove")(function* (ref: ArtifactRef) {
    const moved = yield* moveAway(ref, tmp).pipe(ifMissing(Effect.succeed("")))
    if (moved !== "") yield* DraftFolder.remove(dirname(moved))
  })

  /** Renames the draft to its place. Whoever comes second keeps what the first one left, if that is intact. */
  const publish = Effect.fnUntraced(function* (from: string, ref: ArtifactRef) {
    const { directory } = place(ref)
    const parent = dirname(directory)
    yield* disk(parent, () => mkdir(parent, { recursive: true }))
    const move = disk(directory, () => rename(from, directory)).pipe(
      Effect.as(true),
      Effect.catchIf(
        (error) => taken.has(error.code),
        () => Effect.succeed(false)
      )
    )
    for (;;) {
      if (yield* move) break
      if ((yield* check(ref, { deep: true })) === "intact") break
      yield* quarantine(ref).pipe(ifMissing(Effect.void))
    }
    yield* disk(parent, () => syncFolder(parent))
    yield* disk(dirname(parent), () => syncFolder(dirname(parent)))
    return directory
  })

  const seal = Effect.fn("StoreLocal.seal")(function* <K extends Kind>(draft: Draft<K>) {
    if (!(draft instanceof DraftLocal)) return yield* Effect.die(new Error("a draft of another store"))
    return yield* Effect.uninterruptible(sealed(draft))
  })
  const sealed = Effect.fnUntraced(function* <K extends Kind>(draft: DraftLocal<K>) {
    const { attributes, manifest } = yield* draft.finish()
    const { digest } = manifest
    const directory = yield* publish(draft.directory, { kind: draft.definition.name, digest })
    return ArtifactLocal.make(draft.definition, directory, manifest, attributes)
  })

  const list = Effect.gen(function* () {
    const found: Array<ArtifactRef & { readonly bytes: number }> = []
    for (const kind of yield* names(join(root, "objects"))) {
      for (const digest of (yield* names(join(root, "objects", kind))).filter(isDigest)) {
        found.push({ kind, digest, bytes: yield* sizeOf(place({ kind, digest }).directory) })
      }
    }
    return found
  })

  return Layer.succeed(
    Store,
    Store.of({ open, draft, seal, check, quarantine, list, remove, sweepDrafts: DraftFolder.sweep(tmp) })
  )
}

/** Errors of a rename onto a folder that is there. */
const taken: ReadonlySet<string> = new Set(["ENOTEMPTY", "EEXIST"])

const isDigest = (text: string): boolean => /^[0-9a-f]{64}$/.test(text)
const isRef = ({ digest, kind }: ArtifactRef): boolean => isDigest(digest) && isName(kind)
const isName = (text: string): boolean => /^[a-z0-9][a-z0-9._-]*$/.test(text)

/** Bytes of the files in a folder; a file that goes away meanwhile counts as none. */
const sizeOf = Effect.fnUntraced(function* (folder: string) {
  let bytes = 0
  for (const name of yield* names(folder)) {
    const path = join(folder, name)
    bytes += yield* disk(path, () => stat(path)).pipe(
      Effect.map(({ size }) => size),
      ifMissing(Effect.succeed(0))
    )
  }
  return bytes
})
