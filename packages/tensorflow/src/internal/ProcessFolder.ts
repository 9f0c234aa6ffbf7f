// Folders that belong to one process and are worth nothing after it: named after it, so that whoever comes next can tell.
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
    return true
  } catch (error) {
    return error instanceof Error && "code" in error && error.code === "EPERM"
  }
}
