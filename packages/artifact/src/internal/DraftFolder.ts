// Temporary folders whose names say which process made them, so that a later one can tell an orphan from work in progress.
import { createHash, randomUUID } from "node:crypto"
import { readFileSync } from "node:fs"
import { mkdir, rm, stat } from "node:fs/promises"
import { hostname } from "node:os"
import { join } from "node:path"
import { Clock, Effect } from "effect"
import { disk, ifMissing, names } from "./Disk.ts"

/** Folders of other machines cannot be asked after their process: they count as orphans after this long. */
const strangerMillis = 7 * 24 * 3600 * 1000

const host = createHash("sha256").update(hostname()).digest("hex").slice(0, 8)

/** When a process started, in clock ticks since boot: with the pid it names a process for good. Empty if there is none. */
const startOf = (pid: number): string => {
  try {
    // the second field, the command, may hold spaces and brackets; the 22nd is the start
    const fields = readFileSync(`/proc/${pid}/stat`, "latin1")
    return fields.slice(fields.lastIndexOf(")") + 2).split(" ")[19] ?? ""
  } catch {
    return ""
  }
}

const lives = (pid: number, start: string): boolean => {
  if (start !== "0") return startOf(pid) === start
  try {
    // systems without /proc: signal 0 only asks
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

/** A new folder in `tmp`, named `<host>-<pid>-<start>-<random>`. */
export const make = Effect.fnUntraced(function* (tmp: string) {
  const name = [host, process.pid, startOf(process.pid) || "0", randomUUID().slice(0, 13)].join("-")
  const folder = join(tmp, name)
  yield* disk(folder, () => mkdir(folder, { recursive: true }))
  return folder
})

export const remove = (folder: string) => disk(folder, () => rm(folder, { recursive: true, force: true }))

/** Removes what dead processes left in `tmp`; gives their number. */
export const sweep = Effect.fnUntraced(function* (tmp: string) {
  let swept = 0
  for (const name of yield* names(tmp)) {
    const folder = join(tmp, name)
    const [where, pid, start] = name.split("-")
    const orphan = where === host && start !== undefined ? !lives(Number(pid), start) : yield* isOld(folder)
    if (orphan) {
      yield* remove(folder)
      swept++
    }
  }
  return swept
})

const isOld = Effect.fnUntraced(function* (folder: string) {
  const now = yield* Clock.currentTimeMillis
  const made = yield* disk(folder, () => stat(folder)).pipe(
    Effect.map(({ mtimeMs }) => mtimeMs),
    ifMissing(Effect.succeed(now))
  )
  return now - made > strangerMillis
})
