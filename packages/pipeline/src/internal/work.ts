// What a worker process does with its job.
import { StoreLocal } from "@inkstone/artifact"
import { type Progress, type StageFailure, StageRunner } from "@inkstone/stage"
import { Cause, Effect, Exit, Fiber, Layer, Logger } from "effect"
import type { Job } from "../Executor.ts"
import type { WorkerMessage } from "../WorkerMessage.ts"
import { isStage } from "./isStage.ts"

/** ten a second: more than a person reads */
const progressMillis = 100

/** Runs the job, tells the parent how it ended, and ends the process. */
export const work = (given: unknown): void => {
  // sent by `ExecutorLocal.start`, which types it
  if (!isJob(given)) throw new Error("the worker was sent no job")
  const progress = throttled()
  const report = (said: Progress) => {
    progress.report(said)
    if (said.done >= (given.stopAfter ?? Infinity)) stop()
  }
  const fiber = Effect.runFork(
    runJob(given, report).pipe(
      Effect.provide(Layer.merge(StoreLocal.layer(given.root), Logger.layer([toParent])))
    )
  )
  const stop = () => {
    // native code that does not come back in time does not hold the machine for ever
    setTimeout(() => process.exit(1), given.graceMillis).unref()
    Effect.runFork(Fiber.interrupt(fiber))
  }
  process.once("SIGTERM", stop)
  process.once("disconnect", stop)
  if (!process.connected) stop()
  fiber.addObserver((exit) => {
    progress.flush()
    finish(Exit.isSuccess(exit) ? { type: "done", outputs: exit.value } : failed(exit.cause))
  })
}

const isJob = (given: unknown): given is Job =>
  typeof given === "object" && given !== null && "module" in given && "workspace" in given

const runJob = Effect.fnUntraced(function* (job: Job, report: (progress: Progress) => void) {
  const module = yield* Effect.promise(
    (): Promise<Readonly<Record<string, unknown>>> => import(job.module.url)
  )
  const stage = module[job.module.export]
  if (!isStage(stage)) return yield* Effect.die(new Error(`${job.module.url} lost ${job.module.export}`))
  return yield* StageRunner.run({
    stage,
    config: job.config,
    inputs: job.inputs,
    seed: job.seed,
    files: job.files,
    workspace: job.workspace,
    report: (progress) => Effect.sync(() => report(progress))
  })
})

const failed = (cause: Cause.Cause<StageFailure>): WorkerMessage => {
  const error = cause.reasons.find(Cause.isFailReason)?.error
  if (error !== undefined) {
    const { category, fact, problem, advice } = error
    return { type: "failed", failure: { category, fact, problem, advice } }
  }
  if (Cause.hasInterruptsOnly(cause)) {
    const failure = { category: "cancelled", fact: "Interrupted", problem: "stopped", advice: "" } as const
    return { type: "failed", failure }
  }
  // a bug of the stage; where it is stands in the log
  process.stderr.write(`${Cause.pretty(cause)}\n`)
  const squashed = Cause.squash(cause)
  const problem = squashed instanceof Error ? `${squashed.name}: ${squashed.message}` : String(squashed)
  return { type: "failed", failure: { category: "crashed", fact: "Defect", problem, advice: "" } }
}

const finish = (message: WorkerMessage): void => {
  const end = () => process.exit(message.type === "done" ? 0 : 1)
  if (process.send === undefined || !process.connected) end()
  else process.send(message, end)
}

const send = (message: WorkerMessage): void => {
  if (process.connected) process.send?.(message)
}

/** Passes on the newest progress a few times a second, and the last one in any case. */
const throttled = () => {
  let waiting: Progress | undefined
  let sentAt = 0
  const flush = () => {
    if (waiting === undefined) return
    send({ type: "progress", progress: waiting })
    waiting = undefined
    sentAt = Date.now()
  }
  return {
    flush,
    report: (progress: Progress) => {
      waiting = progress
      if (Date.now() - sentAt >= progressMillis) flush()
    }
  }
}

/** Into the log of the workspace (stdout is that file) and up to the parent. */
const toParent = Logger.make(({ logLevel, message }) => {
  const text = [message].flat().map(textOf).join(" ")
  process.stdout.write(`${logLevel}: ${text}\n`)
  send({ type: "log", level: logLevel, message: text })
})

const textOf = (part: unknown): string => {
  if (typeof part === "string") return part
  return part instanceof Error ? part.message : JSON.stringify(part)
}
