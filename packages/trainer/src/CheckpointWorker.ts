// The thread that puts checkpoints on the disk while the training goes on: TensorFlow's runs hold the main one for as long as
// a step takes.
import * as fs from "node:fs"
import * as path from "node:path"
import { parentPort } from "node:worker_threads"
import * as ContainerFile from "./ContainerFile.ts"

export interface Order {
  readonly file: string
  readonly contents: ContainerFile.Prepared
  /** files that are no longer needed once this one is on the disk */
  readonly remove: ReadonlyArray<string>
}

/** `code` and `problem` are empty where it was written. */
export interface Done {
  readonly code: string
  readonly problem: string
}

const written = ({ contents, file, remove }: Order): Done => {
  try {
    fs.mkdirSync(path.dirname(file), { recursive: true })
    ContainerFile.write(file, contents)
    ContainerFile.syncFolder(path.dirname(file))
    for (const old of remove) fs.rmSync(old, { force: true })
    return { code: "", problem: "" }
  } catch (cause) {
    const code = cause instanceof Error && "code" in cause ? String(cause.code) : ""
    return { code, problem: cause instanceof Error ? cause.message : String(cause) }
  }
}

parentPort?.on("message", (order: Order) => parentPort?.postMessage(written(order), []))
