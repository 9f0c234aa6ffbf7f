// What a judge needs beside the config: loaded once a thread.
import { readFile } from "node:fs/promises"
import { basename } from "node:path"
import type { SourceFile } from "@inkstone/stage"
import { Blocklist } from "./Blocklist.ts"
import { chineseConverter, type Convert } from "./Chinese.ts"
import type { IngestConfig } from "./IngestConfig.ts"

export interface Tools {
  readonly blocklist: Blocklist
  readonly convert: Convert | undefined
}

/** The blocklist's file among those that were found, and the rest. */
export const partFiles = (
  files: ReadonlyArray<SourceFile>,
  { blocklist }: Pick<IngestConfig, "blocklist">
): { readonly corpus: ReadonlyArray<SourceFile>; readonly blocked: SourceFile | undefined } => {
  if (blocklist.file === undefined) return { corpus: files, blocked: undefined }
  const blocked = files.find(
    ({ name, path }) => name === basename(path) && name === basename(blocklist.file ?? "")
  )
  return { corpus: files.filter(({ path }) => path !== blocked?.path), blocked }
}

/** `blockedPath`: the blocklist's file. Rejects with Node's error if it cannot be read. */
export const loadTools = async (
  { blocklist, chinese }: Pick<IngestConfig, "blocklist" | "chinese">,
  blockedPath: string | undefined
): Promise<Tools> => {
  const entries = blockedPath === undefined ? [] : Blocklist.lines(await readFile(blockedPath, "utf8"))
  return {
    blocklist: new Blocklist([...blocklist.words, ...entries]),
    convert: await chineseConverter(chinese)
  }
}
