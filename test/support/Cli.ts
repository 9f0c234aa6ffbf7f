// The command line as a user starts it: a process of its own, with its own store.
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import type { NodeResult, RunEvent } from "@inkstone/pipeline"

const main = fileURLToPath(import.meta.resolve("@inkstone/orchestrator/main"))
export const root = join(import.meta.dirname, "..", "..")

const compiled = join(tmpdir(), "node-compile-cache")

export interface Ended {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
  readonly stdout: string
  readonly stderr: string
}

interface ReportEvent {
  readonly type: "report"
  readonly files: ReadonlyArray<string>
  readonly recommendation: string
  readonly models: ReadonlyArray<Readonly<Record<string, string>>>
}

export type Line = RunEvent | ReportEvent

export interface Options {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string>>
  /** Called for each JSON line as it comes, with the process that printed it. */
  readonly onLine?: (line: Line, child: ChildProcess) => void
}

/** Runs `inkstone` with these words. The process leads a group of its own, so that a test can kill it with all below it. */
export const inkstone = (words: ReadonlyArray<string>, options: Options = {}): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...words], {
      cwd: options.cwd ?? root,
      // compiling everything anew for each process would take most of the time of the shorter tests
      env: { NODE_COMPILE_CACHE: compiled, ...process.env, CI: "true", ...options.env },
      detached: true,
      stdio: ["ignore", "pipe", "pipe"]
    })
    let stdout = ""
    let stderr = ""
    let rest = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
      rest += text
      const lines = rest.split("\n")
      rest = lines.pop() ?? ""
      if (options.onLine !== undefined)
        for (const line of lines) if (line.startsWith("{")) options.onLine(JSON.parse(line), child)
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text
    })
    child.on("error", reject)
    child.on("close", (code, signal) => resolve({ code, signal, stdout, stderr }))
  })

/** Kills a process and all below it, as an out-of-memory killer or a power cut would. */
export const killAll = (child: ChildProcess): void => {
  if (child.pid !== undefined && child.signalCode === null && child.exitCode === null)
    process.kill(-child.pid, "SIGKILL")
}

export const linesOf = ({ stdout }: Ended): ReadonlyArray<Line> =>
  stdout
    .split("\n")
    .filter((line) => line.startsWith("{"))
    .map((line) => JSON.parse(line))

export const resultOf = (ended: Ended): ReadonlyArray<NodeResult> => {
  const last = linesOf(ended).find((line) => line.type === "run-finished")
  if (last?.type !== "run-finished")
    throw new Error(`the run did not finish:\n${ended.stdout}\n${ended.stderr}`)
  return last.result.nodes
}

export const reportOf = (ended: Ended): ReportEvent => {
  const found = linesOf(ended).find((line) => line.type === "report")
  if (found?.type !== "report") throw new Error(`no report:\n${ended.stdout}\n${ended.stderr}`)
  return found
}

/** Every artifact of a run: node and port -> logical digest. */
export const digestsOf = (nodes: ReadonlyArray<NodeResult>): Readonly<Record<string, string>> =>
  Object.fromEntries(
    nodes.flatMap(({ id, outputs }) =>
      Object.entries(outputs).map(([port, { digest }]) => [`${id}.${port}`, digest] as const)
    )
  )

/** A folder that goes when the test ends. */
export const temporary = async (): Promise<AsyncDisposable & { readonly path: string }> => {
  const path = await mkdtemp(join(tmpdir(), "inkstone-test-"))
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
}
