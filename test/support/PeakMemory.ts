// How much memory a process and all below it have held, as the kernel counts it.
import type { ChildProcess } from "node:child_process"
import { existsSync, readdirSync, readFileSync } from "node:fs"

/** Whether this system says: Linux. */
export const measurable = existsSync("/proc/self/status")

const read = (file: string): string => {
  try {
    return readFileSync(file, "utf8")
  } catch {
    // it has ended in between
    return ""
  }
}

/** Processes of the group that `leader` leads. The name before the third field may hold spaces and brackets. */
const group = (leader: number): ReadonlyArray<string> =>
  readdirSync("/proc").filter(
    (id) =>
      /^\d+$/.test(id) &&
      read(`/proc/${id}/stat`)
        .replace(/^.*\) /s, "")
        .split(" ")[2] === String(leader)
  )

/** Follows a process that leads a group; `bytes` is the most that one process of it has held at once. */
export const follow = (child: ChildProcess): Disposable & { readonly bytes: () => number } => {
  let most = 0
  const look = () => {
    for (const id of group(child.pid ?? 0)) {
      const [, kibibytes = "0"] = /^VmHWM:\s+(\d+) kB$/m.exec(read(`/proc/${id}/status`)) ?? []
      most = Math.max(most, Number(kibibytes) * 1024)
    }
  }
  const timer = setInterval(look, 50)
  return { bytes: () => most, [Symbol.dispose]: () => clearInterval(timer) }
}
