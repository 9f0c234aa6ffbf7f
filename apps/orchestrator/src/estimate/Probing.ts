// Runs a probe in a process of its own, so that its memory is its own, in a folder that goes with it.
import { StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import { fork } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"
import { fileURLToPath } from "node:url"
import { type Found, Message, type ProbeJob } from "./ProbeJob.ts"

const worker = fileURLToPath(new URL("worker.ts", import.meta.url))
const decode = Schema.decodeUnknownSync(Message)

export interface Asked extends Omit<ProbeJob, "scratch"> {
  readonly cpus: number
}

const scratch = Effect.acquireRelease(
  Effect.promise(() => mkdtemp(path.join(tmpdir(), "inkstone-probe-"))),
  (folder) => Effect.promise(() => rm(folder, { recursive: true, force: true }))
)

/** Interruption kills the process: it holds nothing that is worth keeping. */
export const run = ({ cpus, ...asked }: Asked): Effect.Effect<Found, StageFailure> =>
  Effect.scoped(
    Effect.flatMap(scratch, (folder) =>
      Effect.callback<Found, StageFailure>((resume) => {
        const heap = Math.max(4096, Math.floor(asked.memoryBytes / 2 ** 20))
        const child = fork(worker, [], {
          execArgv: [`--max-old-space-size=${heap}`],
          stdio: ["ignore", "ignore", "ignore", "ipc"],
          serialization: "json",
          env: { ...process.env, TF_NUM_INTRAOP_THREADS: `${cpus}`, OMP_NUM_THREADS: `${cpus}` }
        })
        const job: ProbeJob = { ...asked, scratch: folder }
        child.send(job, () => {
          // a child that died before it could listen is reported by its exit
        })
        let said: Effect.Effect<Found, StageFailure> | undefined
        child.on("message", (raw) => {
          const message = decode(raw)
          said =
            message.type === "found"
              ? Effect.succeed(message.found)
              : Effect.fail(new StageFailure(message.failure))
        })
        child.on("error", ({ message }) => resume(Effect.fail(ended(message))))
        child.on("close", (code, signal) =>
          resume(said ?? Effect.fail(ended(signal === null ? `exit status ${code}` : `signal ${signal}`)))
        )
        return Effect.callback<void>((resume) => {
          if (child.exitCode !== null || child.signalCode !== null) return resume(Effect.void)
          child.once("close", () => resume(Effect.void))
          child.kill("SIGKILL")
        })
      })
    )
  )

/** Without a word: most often the system took the process away because it held too much. */
const ended = (how: string) =>
  new StageFailure({
    category: "resource",
    fact: "ProbeEnded",
    problem: `the process of the probe ended with ${how}`,
    advice: "If nobody killed it, the system was out of memory: lower microBatchSize"
  })
