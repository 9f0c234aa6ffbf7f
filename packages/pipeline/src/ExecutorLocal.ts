// Runs a node in a child process of its own: heavy native memory dies with it, and a crash takes nothing else along.
import { type ChildProcess, fork } from "node:child_process"
import { closeSync, mkdirSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from "node:fs"
import path from "node:path"
import { fileURLToPath } from "node:url"
import type { ArtifactRef } from "@inkstone/artifact"
import { StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import type { Job, Listener } from "./Executor.ts"
import * as ProcessId from "./internal/ProcessId.ts"
import { WorkerMessage } from "./WorkerMessage.ts"
import { workerFile } from "./Workspace.ts"

type Outputs = Readonly<Record<string, ArtifactRef>>

const worker = fileURLToPath(new URL("worker.ts", import.meta.url))
const decode = Schema.decodeUnknownSync(WorkerMessage)

/** See `Executor`. Interruption sends SIGTERM, and SIGKILL when the grace period is over. */
export const execute = (job: Job, listener: Listener): Effect.Effect<Outputs, StageFailure> =>
  Effect.flatMap(
    Effect.try({
      try: () => start(job),
      catch: (cause) => unstartable(cause instanceof Error ? cause.message : String(cause))
    }),
    (child) => outcome(child, job, listener)
  )

const start = (job: Job): ChildProcess => {
  mkdirSync(job.workspace, { recursive: true })
  const log = openSync(logOf(job), "a")
  try {
    writeSync(log, `== ${job.node}, attempt ${job.attempt}, ${new Date().toISOString()}\n`)
    const child = fork(worker, [], {
      // not what this process was started with, such as an inspector's port
      execArgv: [`--max-old-space-size=${heapMegabytes(job)}`],
      stdio: ["ignore", log, log, "ipc"],
      serialization: "json",
      env: { ...process.env, ...environment(job.granted.cpus) }
    })
    // before it can work: a later run has to know whom to wait for
    if (child.pid !== undefined) writeFileSync(workerOf(job), ProcessId.encode(ProcessId.of(child.pid)))
    child.send(job, () => {
      // a child that died before it could listen is reported by its exit
    })
    return child
  } finally {
    closeSync(log)
  }
}

const workerOf = (job: Job) => path.join(job.workspace, workerFile)
const logOf = (job: Job) => path.join(job.workspace, "log.txt")

// Node's own limit is about 4 GB; a node that was granted more may use more
const heapMegabytes = (job: Job) => Math.max(4096, Math.floor(job.granted.memoryBytes / 2 ** 20))

const environment = (cpus: number): Readonly<Record<string, string>> => ({
  TF_NUM_INTRAOP_THREADS: `${cpus}`,
  OMP_NUM_THREADS: `${cpus}`
})

const outcome = (child: ChildProcess, job: Job, listener: Listener): Effect.Effect<Outputs, StageFailure> =>
  Effect.callback((resume) => {
    let said: Effect.Effect<Outputs, StageFailure> | undefined
    child.on("message", (raw) => {
      const message = decode(raw)
      if (message.type === "progress") listener.progress(message.progress)
      else if (message.type === "log") listener.log(message.level, message.message)
      else if (message.type === "done") said = Effect.succeed(message.outputs)
      // it was asked to stop, and not by us: whoever did may also have done without asking
      else if (message.failure.category === "cancelled") said = Effect.fail(terminated(job))
      else said = Effect.fail(new StageFailure(message.failure))
    })
    child.on("error", (cause) => resume(Effect.fail(unstartable(cause.message))))
    // `close`, not `exit`: by then every message has arrived
    child.on("close", (code, signal) => {
      rmSync(workerOf(job), { force: true })
      resume(said ?? Effect.fail(crash(job, code, signal)))
    })
    return stop(child, job.graceMillis)
  })

const stop = (child: ChildProcess, graceMillis: number): Effect.Effect<void> =>
  Effect.callback<void>((resume) => {
    if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) {
      resume(Effect.void)
      return
    }
    const timer = setTimeout(() => child.kill("SIGKILL"), graceMillis)
    child.once("close", () => {
      clearTimeout(timer)
      resume(Effect.void)
    })
    child.kill("SIGTERM")
  })

const unstartable = (problem: string) =>
  new StageFailure({
    category: "resource",
    fact: "ProcessNotStarted",
    problem: `no process could be started: ${problem}`,
    advice: /ENOSPC/.test(problem)
      ? "The disk is full: `inkstone gc` shows what can go"
      : "Look at free memory, disk and the limits on processes"
  })

const terminated = (job: Job) =>
  new StageFailure({
    category: "crashed",
    fact: "ProcessTerminated",
    problem: `the process of ${job.node} was asked to stop (SIGTERM)`,
    advice: "Some systems stop large processes like that before memory runs out"
  })

const memoryPattern = /heap out of memory|std::bad_alloc|Cannot allocate memory|OOM when allocating/i

/** The process ended without saying how. */
const crash = (job: Job, code: number | null, signal: NodeJS.Signals | null): StageFailure => {
  const log = lastAttempt(logOf(job))
  const tail = log.split("\n").slice(-10).join("\n")
  const how = signal === null ? `exit status ${code}` : `signal ${signal}`
  const problem = `the process of ${job.node} ended with ${how}${tail === "" ? "" : `:\n${tail}`}`
  if (memoryPattern.test(log)) {
    return new StageFailure({
      category: "resource",
      fact: "OutOfMemory",
      problem,
      advice: "Use fewer --jobs or a smaller batch, or give the node more memory (resources.memoryBytes)"
    })
  }
  const killed = signal === "SIGKILL" ? "If nobody killed it, the system was out of memory. " : ""
  return new StageFailure({
    category: "crashed",
    fact: signal === null ? "ProcessExited" : "ProcessKilled",
    problem,
    advice: `${killed}Its whole log is ${logOf(job)}`
  })
}

/** What the newest attempt wrote into the log. */
const lastAttempt = (file: string): string => {
  try {
    const log = readFileSync(file, "utf8").split(/^== .*\n/m)
    return (log.at(-1) ?? "").trimEnd()
  } catch {
    return ""
  }
}
