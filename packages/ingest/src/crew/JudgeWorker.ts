// A thread that judges: tasks come in, an answer each goes out, in order.
import { parentPort, workerData } from "node:worker_threads"
import { Judge } from "../Judge.ts"
import { loadTools } from "../Tools.ts"
import type { CrewStart } from "./Crew.ts"
import { packed, perform, type Task } from "./Task.ts"

const { blockedPath, config }: CrewStart = workerData
const judge = loadTools(config, blockedPath).then((tools) => new Judge(config, tools))

const answer = async (task: Task): Promise<void> => {
  const { documents, problem, scores } = packed(task, await perform(task, await judge, config))
  const whole = { documents, scores, ...(problem === undefined ? {} : { problem }) }
  parentPort?.postMessage(whole, [scores.buffer])
}

let last = Promise.resolve()
parentPort?.on("message", (task: Task) => {
  // one after the other: a file is read between awaits
  last = last.then(() => answer(task))
})
