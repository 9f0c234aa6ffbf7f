// Names a process for good: a pid alone is given to another process later.
import { readFileSync } from "node:fs"
import { hostname } from "node:os"
import { Option, Schema } from "effect"

export const ProcessId = Schema.Struct({ host: Schema.String, pid: Schema.Int, start: Schema.String })
export type ProcessId = typeof ProcessId.Type

const Text = Schema.fromJsonString(ProcessId)
export const encode = Schema.encodeSync(Text)
const decodeText = Schema.decodeUnknownOption(Text)
/** Nothing for what is no process id, such as half a file. */
export const decode = (text: string): ProcessId | undefined => Option.getOrUndefined(decodeText(text))

export const of = (pid: number): ProcessId => ({ host: hostname(), pid, start: startOf(pid) })

/** A process of another machine cannot be asked: it counts as alive. */
export const lives = (id: ProcessId): boolean => {
  if (id.host !== hostname()) return true
  if (id.start !== "") return startOf(id.pid) === id.start
  try {
    // systems without /proc: signal 0 only asks
    return process.kill(id.pid, 0)
  } catch {
    return false
  }
}

/** Clock ticks from boot to its start; empty without /proc, and for a process that is gone or a zombie. */
const startOf = (pid: number): string => {
  try {
    // the second field, the command, may hold spaces and brackets; the third is the state, the 22nd the start
    const stat = readFileSync(`/proc/${pid}/stat`, "latin1")
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    return fields[0] === "Z" ? "" : (fields[19] ?? "")
  } catch {
    return ""
  }
}
