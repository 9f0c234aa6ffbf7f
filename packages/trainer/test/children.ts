// Scripts run in processes of their own, to be killed.
import { Effect } from "effect"
import { spawn } from "node:child_process"
import * as path from "node:path"
import { createInterface } from "node:readline"

/**
 * Runs a script of this folder that prints its steps, and sends a signal once it has printed a certain one. Gives the last
 * line, the first and the last step and how it ended (signal or status).
 */
export const child = (
  script: string,
  args: ReadonlyArray<string>,
  kill?: { readonly signal: NodeJS.Signals; readonly at: number }
) =>
  Effect.promise(async () => {
    const started = spawn(process.execPath, [path.join(import.meta.dirname, script), ...args], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, TF_CPP_MIN_LOG_LEVEL: "2" }
    })
    const ended = new Promise<string>((resolve) => {
      started.on("exit", (code, signal) => resolve(signal ?? String(code)))
    })
    let [last, step, first] = ["", 0, 0]
    for await (const line of createInterface({ input: started.stdout })) {
      last = line
      if (!/^\d+$/.test(line)) continue
      step = Number(line)
      first ||= step
      if (kill !== undefined && step === kill.at) started.kill(kill.signal)
    }
    return { last, first, step, ended: await ended }
  })
