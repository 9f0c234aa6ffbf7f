// A thread that counts words.
import { parentPort, workerData } from "node:worker_threads"
import { type CountSettings, type CountTask, countTask } from "./CountTask.ts"

const settings: CountSettings = workerData

parentPort?.on("message", (task: CountTask) => {
  const words = countTask(task, settings)
  parentPort?.postMessage(words, [words.bytes.buffer, words.starts.buffer, words.counts.buffer])
})
