// npm's gpt-tokenizer: see Sides.ts for what it is asked. It keeps no offsets.
import * as fs from "node:fs"
import { createInterface } from "node:readline"
import { Schema } from "effect"
import { spent } from "./Spent.ts"

const decodeSetup = Schema.decodeUnknownSync(
  Schema.fromJsonString(
    Schema.Struct({
      documents: Schema.String,
      tokenizer: Schema.Struct({ ranks: Schema.Literals(["r50k_base", "cl100k_base", "o200k_base"]) })
    })
  )
)

const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
const say = (answer: unknown) => process.stdout.write(`${JSON.stringify(answer)}\n`)
const { documents: path, tokenizer } = decodeSetup((await lines.next()).value)
const encodings = {
  r50k_base: () => import("gpt-tokenizer/encoding/r50k_base"),
  cl100k_base: () => import("gpt-tokenizer/encoding/cl100k_base"),
  o200k_base: () => import("gpt-tokenizer/encoding/o200k_base")
}
const { encode } = await encodings[tokenizer.ranks]()
const documents = fs
  .readFileSync(path, "utf8")
  .split("\n")
  .filter((line) => line !== "")
  .map((line) => String(JSON.parse(line)))

say({ name: "gpt-tokenizer" })
for await (const _ of lines) {
  const { result, ...seconds } = await spent(() => documents.map((text) => encode(text)))
  let [tokens, checksum] = [0, 0]
  for (const ids of result) {
    tokens += ids.length
    for (const [place, id] of ids.entries()) checksum = (checksum + place * id) % 2 ** 32
  }
  say({ ...seconds, tokens, checksum })
}
