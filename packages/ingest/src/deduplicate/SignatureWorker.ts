// A thread that signs documents. What it is given first is the table all threads write to, then batches of documents.
import { parentPort, workerData } from "node:worker_threads"
import type { SignerStart, SignTask } from "./SignaturePool.ts"
import { Signer } from "./Signatures.ts"

const start: SignerStart = workerData
const signer = new Signer(start.table, start.settings)

parentPort?.on("message", ({ firstRow, texts }: SignTask) => {
  signer.sign(firstRow, texts)
  parentPort?.postMessage("done", [])
})
