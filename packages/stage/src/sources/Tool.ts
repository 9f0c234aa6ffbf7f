// Programs of the machine that fetch and unpack: found on PATH, run to their end, with what they say for the person.
import { spawn } from "node:child_process"
import { accessSync, closeSync, constants, openSync, statSync } from "node:fs"
import { delimiter, isAbsolute, join } from "node:path"
import { Effect } from "effect"

const executable = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK)
    return statSync(path).isFile()
  } catch {
    return false
  }
}

/** The first of `names` that PATH has, as an absolute path. */
export const find = (names: ReadonlyArray<string>): string | undefined => {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "")
  return names
    .flatMap((name) => (isAbsolute(name) ? [name] : folders.map((folder) => join(folder, name))))
    .find(executable)
}

export interface Outcome {
  /** exit status; -1 when it did not start or was killed */
  readonly status: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd: string
  readonly env?: Readonly<Record<string, string>>
  /** a file that takes its standard output, for what is too large to hold */
  readonly into?: string
}

/** Runs a program to its end; killed when interrupted. It speaks English, so that its complaints can be told from the rest. */
export const run = (
  program: string,
  args: ReadonlyArray<string>,
  { cwd, env, into }: RunOptions
): Effect.Effect<Outcome> =>
  Effect.callback<Outcome>((resume) => {
    const file = into === undefined ? undefined : openSync(into, "w")
    const child = spawn(program, args, {
      cwd,
      env: { ...process.env, LC_ALL: "C.UTF-8", ...env },
      stdio: ["ignore", file ?? "pipe", "pipe"]
    })
    if (file !== undefined) closeSync(file)
    let stdout = ""
    let stderr = ""
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (stdout += text))
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (stderr += text))
    child.on("error", (error) => resume(Effect.succeed({ status: -1, stdout, stderr: error.message })))
    child.on("close", (status) => resume(Effect.succeed({ status: status ?? -1, stdout, stderr })))
    return Effect.sync(() => void child.kill("SIGKILL"))
  })

/** The line of an output that says most: the last that speaks of an error, else the last. */
export const telling = (output: string): string => {
  const lines = output.split("\n").flatMap((line) => (line.trim() === "" ? [] : [line.trim()]))
  return lines.findLast((line) => /error|fatal|^E:/i.test(line)) ?? lines.at(-1) ?? "no output"
}
