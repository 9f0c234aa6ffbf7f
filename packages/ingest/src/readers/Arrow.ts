// Arrow IPC files and streams, also Feather and the cache files of Hugging Face datasets, batch by batch.
import { ForeignArrow } from "@inkstone/artifact"
import { asDamage } from "./Format.ts"
import { columnsFor, rowFormat } from "./Records.ts"

const fileMagic = "ARROW1"

export const arrow = rowFormat({
  extensions: [".arrow", ".arrows", ".feather", ".ipc"],
  media: ["application/vnd.apache.arrow.file", "application/vnd.apache.arrow.stream"],
  recognises: (head) =>
    Buffer.from(head.subarray(0, fileMagic.length)).toString("latin1") === fileMagic ||
    // the word before the schema of a stream, and a length that is a multiple of eight
    (head.length > 8 && head.subarray(0, 4).every((byte) => byte === 0xff) && (head[4] ?? 1) % 8 === 0),
  rows: async function* (input, { paths, limits }) {
    let before = 0
    const options = {
      pick: (names: ReadonlyArray<string>) => columnsFor(paths, names),
      maxBatchBytes: limits.wholeBytes,
      tail: async (bytes: number) => {
        const file = await input.open(limits.wholeBytes)
        try {
          return await file.slice(Math.max(0, file.bytes - bytes), file.bytes)
        } finally {
          await file.close()
        }
      }
    }
    try {
      for await (const rows of ForeignArrow.rows(input.chunks(), options)) {
        const first = before + 1
        yield rows.map((fields, i) => ({ kind: "row", unit: "row", at: first + i, fields }))
        before += rows.length
      }
    } catch (problem) {
      throw asDamage(problem, `after row ${before}`, before)
    }
  }
})
