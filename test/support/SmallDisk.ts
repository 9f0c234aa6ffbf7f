// A disk that is soon full: a file system in memory. Only root may mount one.
import { spawnSync } from "node:child_process"
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import path from "node:path"

const mount = (folder: string, options: string) =>
  spawnSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", folder]).status === 0

export interface SmallDisk extends Disposable {
  readonly path: string
  /** gives it another size, keeping what is on it */
  readonly resize: (kibibytes: number) => void
}

export const smallDisk = (kibibytes: number): SmallDisk => {
  const folder = mkdtempSync(path.join(tmpdir(), "inkstone-disk-"))
  if (!mount(folder, `size=${kibibytes}k`)) {
    rmSync(folder, { recursive: true })
    throw new Error("no file system can be mounted here")
  }
  return {
    path: folder,
    resize: (size) => {
      if (!mount(folder, `remount,size=${size}k`)) throw new Error("the disk cannot be given another size")
    },
    [Symbol.dispose]: () => {
      spawnSync("umount", [folder])
      rmSync(folder, { recursive: true, force: true })
    }
  }
}

/** Whether this process may mount one. */
export const mountable = ((): boolean => {
  try {
    smallDisk(64)[Symbol.dispose]()
    return true
  } catch {
    return false
  }
})()
