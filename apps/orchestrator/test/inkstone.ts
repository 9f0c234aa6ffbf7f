// The command line as a process of its own, as a user starts it.
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import path from "node:path"

export const main = path.join(import.meta.dirname, "..", "src", "main.ts")
export const fixture = (name: string): string => path.join(import.meta.dirname, "fixtures", name)

/** Compiling everything anew for each process would take most of the time of these tests. */
export const environment = {
  NODE_COMPILE_CACHE: path.join(tmpdir(), "node-compile-cache"),
  ...process.env
}

export interface Ended {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** `onOutput` hears all of standard output so far, each time that there is more. */
export const inkstone = (
  words: ReadonlyArray<string>,
  onOutput: (stdout: string, child: ChildProcess) => void = () => {},
  more: NodeJS.ProcessEnv = {}
): Promise<Ended> =>
  new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [main, ...words], {
      env: { ...environment, ...more, CI: "true", NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"]
    })
    let stdout = ""
    let stderr = ""
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text
      onOutput(stdout, child)
    })
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text
    })
    child.on("error", reject)
    child.on("close", (code) => resolve({ code, stdout, stderr }))
  })

/** Every line of standard output as JSON; throws where one is something else. */
export const jsonLines = ({ stdout }: Ended): ReadonlyArray<Readonly<Record<string, unknown>>> =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line))

/** A folder that goes when the test ends. */
export const temporary = async (): Promise<AsyncDisposable & { readonly path: string }> => {
  const folder = await mkdtemp(path.join(tmpdir(), "inkstone-cli-"))
  return { path: folder, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) }
}
