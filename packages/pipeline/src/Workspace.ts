// The folder that belongs to a key, `work/<key>/`: checkpoints, event files and the log of its attempts.
import { randomUUID } from "node:crypto"
import { mkdir, open, readFile, rename, rm, symlink } from "node:fs/promises"
import path from "node:path"
import type { StorageFailed } from "@inkstone/artifact"
import { Effect } from "effect"
import * as ProcessId from "./internal/ProcessId.ts"
import { orIfMissing, storage } from "./internal/storage.ts"

/** who runs the key now, and which process works for it */
export const holderFile = "holder.json"
export const workerFile = "worker.json"

/** Where checkpoints, event files and the log of a key lie. */
export const folderOf = (root: string, key: string): string => path.join(root, "work", key)

/**
 * The key's folder for as long as the scope lives. Where another run that is alive has the same key in hand, a folder beside it:
 * both finish, and the artifact that is sealed first stays. A worker that a killed run left behind is waited for, since it
 * is about to leave a checkpoint there; `waiting` hears of it.
 */
export const claim = Effect.fn("Workspace.claim")(function* (
  root: string,
  key: string,
  waiting: (message: string) => void
) {
  const folder = folderOf(root, key)
  yield* storage(folder, () => mkdir(folder, { recursive: true }))
  const mine = yield* Effect.acquireRelease(take(folder), (taken) =>
    taken
      ? Effect.ignore(storage(folder, () => rm(path.join(folder, holderFile), { force: true })))
      : Effect.void
  )
  if (!mine) return `${folder}~${process.pid}-${randomUUID().slice(0, 8)}`
  yield* orphanGone(folder, waiting)
  return folder
})

/** What a trial of a search does for the others. */
export interface Lineage {
  /** key of the shorter one that it may go on from */
  readonly earlier?: string
  /** whether a longer one may follow */
  readonly isContinued: boolean
}

/** Makes the folders by which a longer trial finds what a shorter one kept; see `Stage.Run`. */
export const connect = (
  workspace: string,
  { earlier, isContinued }: Lineage
): Effect.Effect<void, StorageFailed> =>
  storage(workspace, async () => {
    if (isContinued) await mkdir(path.join(workspace, "beginning"), { recursive: true })
    if (earlier === undefined) return
    const link = path.join(workspace, "earlier")
    await rm(link, { force: true })
    await symlink(path.join("..", earlier, "beginning"), link)
  })

/** Creating the file is the claim. A holder that is dead is put aside first. */
const take: (folder: string) => Effect.Effect<boolean, StorageFailed> = Effect.fnUntraced(function* (
  folder: string
) {
  const file = path.join(folder, holderFile)
  const made = yield* storage(file, () => create(file, ProcessId.encode(ProcessId.of(process.pid))))
  if (made) return true
  const text = yield* storage(file, () => readFile(file, "utf8")).pipe(orIfMissing(""))
  const holder = ProcessId.decode(text)
  if (holder !== undefined && ProcessId.lives(holder)) return false
  const aside = `${file}.${randomUUID()}`
  yield* storage(file, () => rename(file, aside)).pipe(orIfMissing(undefined))
  yield* storage(aside, () => rm(aside, { force: true }))
  return yield* take(folder)
})

const create = async (file: string, text: string): Promise<boolean> => {
  try {
    const handle = await open(file, "wx")
    await handle.writeFile(text)
    await handle.close()
    return true
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "EEXIST") return false
    throw cause
  }
}

const orphanGone = Effect.fnUntraced(function* (folder: string, waiting: (message: string) => void) {
  const file = path.join(folder, workerFile)
  const worker = ProcessId.decode(yield* storage(file, () => readFile(file, "utf8")).pipe(orIfMissing("")))
  if (worker === undefined || !ProcessId.lives(worker)) return
  waiting(`process ${worker.pid} of an earlier run is still stopping: waiting for it`)
  while (ProcessId.lives(worker)) yield* Effect.sleep("100 millis")
})
