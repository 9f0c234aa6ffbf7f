// The thread that reads PDFs: bytes come in, an outcome goes out.
import { parentPort } from "node:worker_threads"
import { extractPdf, type PdfLimits } from "./Extract.ts"

export interface PdfTask {
  readonly data: Uint8Array<ArrayBuffer>
  readonly limits: PdfLimits
}

// pdf.js leaves promises behind that fail when nobody waits for them any more; what is waited for is caught where it is
process.on("unhandledRejection", () => {})

parentPort?.on("message", (task: PdfTask) => {
  void answer(task)
})

const answer = async ({ data, limits }: PdfTask): Promise<void> => {
  const outcome = await extractPdf(data, limits)
  parentPort?.postMessage(outcome, [])
}
