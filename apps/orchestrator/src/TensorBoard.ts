// One folder for all trainings of a pipeline, by the names of their nodes: `<store>/tensorboard/<pipeline>/<node>` is a link to
// the event files in the node's workspace. `tensorboard --logdir` and `inkstone watch` look there.
import type { RunEvent } from "@inkstone/pipeline"
import * as fs from "node:fs"
import * as path from "node:path"

/** of a workspace, where trainings write event files */
const EVENTS = "tensorboard"
/** A training makes its folder within its first seconds; until then its progress is asked this often. */
const AGAIN_MILLIS = 500

/** A label as the name of one folder. */
const folderName = (label: string): string => label.replaceAll("/", "-")

export const folderOf = (root: string, pipeline: string): string =>
  path.join(root, "tensorboard", folderName(pipeline))

export interface Links {
  readonly on: (event: RunEvent, at: number) => void
}

/**
 * Hears of a run and links what trains: each node's newest workspace, whatever was linked under its name before. Links whose
 * workspace `gc` has removed go. A file system that cannot make links costs no run: then there are none.
 */
export const links = (root: string, pipeline: string): Links => {
  const folder = folderOf(root, pipeline)
  const asked = new Map<string, number>()
  const linked = new Map<string, string>()
  const keys = new Map<string, string>()
  const link = (node: string) => {
    const key = keys.get(node)
    if (key === undefined || linked.get(node) === key) return
    if (quietly(() => place(folder, folderName(node), path.join(root, "work", key, EVENTS))))
      linked.set(node, key)
  }
  return {
    on: (event, at) => {
      if (event.type === "planned") quietly(() => sweep(folder))
      else if (event.type === "node-started") keys.set(event.node, event.key)
      else if (event.type === "progress" && at - (asked.get(event.node) ?? -Infinity) >= AGAIN_MILLIS) {
        asked.set(event.node, at)
        link(event.node)
      } else if (event.type === "node-finished") {
        const { id, key } = event.result
        if (key !== undefined) keys.set(id, key)
        link(id)
      }
    }
  }
}

/** Whether it worked. */
const quietly = (work: () => boolean | void): boolean => {
  try {
    return work() !== false
  } catch {
    return false
  }
}

/** Puts a link there in one step, so that a reader never finds none; false while there is nothing to link to. */
const place = (folder: string, name: string, target: string): boolean => {
  if (!fs.existsSync(target)) return false
  fs.mkdirSync(folder, { recursive: true })
  const partial = path.join(folder, `.${process.pid}.partial`)
  fs.rmSync(partial, { force: true })
  // relative, so that a store can be moved
  fs.symlinkSync(path.relative(folder, target), partial)
  fs.renameSync(partial, path.join(folder, name))
  return true
}

/** Takes away links that lead nowhere. */
const sweep = (folder: string): void => {
  for (const entry of fs.existsSync(folder) ? fs.readdirSync(folder, { withFileTypes: true }) : []) {
    const file = path.join(folder, entry.name)
    if (entry.isSymbolicLink() && !fs.existsSync(file)) fs.rmSync(file)
  }
}
