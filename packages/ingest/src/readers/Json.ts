// An array of records, one record, or records one after the other over several lines each.
import { jsonRow } from "./Jsonl.ts"
import { JsonValues } from "./JsonValues.ts"
import { rowFormat } from "./Records.ts"
import { texts } from "./Texts.ts"

const start = /^\s*(?:\[\s*)?\{\s*["}]/u
const unit = "record"

export const json = rowFormat({
  extensions: [".json"],
  media: ["application/json"],
  recognises: (head) => start.test(new TextDecoder().decode(head.subarray(0, 1024))),
  rows: async function* (input, settings) {
    const values = new JsonValues(settings.maxChars)
    for await (const text of texts(input, settings)) {
      yield values.push(text).map((value) => jsonRow({ ...value, unit }))
    }
    yield values.end().map((value) => jsonRow({ ...value, unit }))
  }
})
