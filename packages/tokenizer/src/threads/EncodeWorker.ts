// A thread that encodes. It is given the text of a `tokenizer.json` first, so that it works with a tokenizer of any type, then
// tasks.
import { Effect, Result } from "effect"
import { parentPort, workerData } from "node:worker_threads"
import { parseTokenizerJson } from "../TokenizerJson.ts"
import { TokenRun } from "../TokenRun.ts"
import { type EncodeTask, encodeTask } from "./EncodeTask.ts"

const json: string = workerData
const read = Effect.runSync(Effect.result(parseTokenizerJson(json)))
// what is thrown here travels to the one who started the thread, as long as it is a plain error
if (Result.isFailure(read)) throw new Error(read.failure.message)
const tokenizer = read.success
const encoder = tokenizer.encoder()
const run = new TokenRun()

parentPort?.on("message", (task: EncodeTask) => {
  const encoded = encodeTask(task, encoder, run, tokenizer)
  const { bytes, ids, offsets, tokens } = encoded
  parentPort?.postMessage(encoded, [ids.buffer, offsets.buffer, tokens.buffer, bytes.buffer])
})
