// Folders that belong to one process and are worth nothing after it: named after it, so that whoever comes next can tell.
import { readFileSync } from "node:fs"
import { hostname } from "node:os"

/** How the name of such a folder begins in this process; a few random letters follow. */
export const prefix = (kind: string): string => `${kind}-${hostname()}-${process.pid}-`

/** Whether a folder of this name belonged to a process of this machine that is no more. */
export const isAbandoned = (kind: string, name: string): boolean => {
  const [, found, host, pid] = /^([^-]+)-(.*)-(\d+)-[^-]+$/.exec(name) ?? []
  return found === kind && host === hostname() && !alive(Number(pid))
}

const alive = (pid: number) => {
  try {
    process.kill(pid, 0)
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
  return !isEnding(pid)
}

/** Its locks and files are gone, but its parent has not asked for its end yet: proc(5), state and flags (PF_EXITING). */
const isEnding = (pid: number) => {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    const [state = "", , , , , , flags = "0"] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    return state === "Z" || (Number(flags) & 4) !== 0
  } catch {
    return false // no /proc here
  }
}
