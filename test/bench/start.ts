// From a program's start to its first finished training step of GPT-2 124M: ours beside PyTorch eager, each time a new process.
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { availableParallelism } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"
import * as Peer from "./Peer.ts"
import type { BenchOptions, Row } from "./Row.ts"
import { text, type Work, works } from "./training/Work.ts"

interface Taken {
  readonly seconds: number
  /** of all its threads */
  readonly cpuSeconds: number
}

/** proc_pid_stat(5), fields 14 and 15, in hundredths; the name before them may have spaces and brackets. */
const cpuSecondsOf = (pid: number): number => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
  return (Number(fields[11]) + Number(fields[12])) / 100
}

interface Program {
  readonly command: ReadonlyArray<string>
  readonly says: ReadonlyArray<unknown>
  /** whether a line it answers means that the first step is done */
  readonly done: (line: string) => boolean
  readonly environment?: Readonly<Record<string, string>>
}

const run = ({ command: [file = "", ...words], done, environment, says }: Program): Promise<Taken> =>
  new Promise((resolve, reject) => {
    const began = performance.now()
    const child = spawn(file, words, {
      stdio: ["pipe", "pipe", "inherit"],
      env: { ...process.env, ...environment }
    })
    for (const message of says) child.stdin.write(`${JSON.stringify(message)}\n`)
    let taken: Taken | undefined
    createInterface({ input: child.stdout }).on("line", (line) => {
      if (taken !== undefined || !done(line) || child.pid === undefined) return
      taken = { seconds: (performance.now() - began) / 1000, cpuSeconds: cpuSecondsOf(child.pid) }
      child.stdin.end() // and so the program ends by itself: what it compiled is kept then
    })
    child.on("error", reject)
    // not before: the next one must have the machine to itself
    child.on("close", () =>
      taken === undefined ? reject(new Error(`${file} ended before its first step`)) : resolve(taken)
    )
  })

const ours = (work: Work, cache: "on" | "off"): Program => ({
  command: [process.execPath, join(import.meta.dirname, "training/phases.ts"), JSON.stringify(work), "1"],
  says: [],
  done: (line) => line.includes('"step 1"'),
  environment: { INKSTONE_COMPILE_CACHE: cache }
})

const theirs = (work: Work, python: string): Program => {
  const tokens = [...text(work.batch * (work.positions + 1), work.vocab)]
  return {
    command: [python, "-I", join(import.meta.dirname, "peers/torch_gpt.py")],
    says: [{ work, threads: availableParallelism(), tokens, compile: false }, 1],
    done: (line) => line.includes('"seconds"')
  }
}

const middle = (values: ReadonlyArray<number>): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN

/** Medians over rounds in which all take turns. The first of ours compiles, and is no part of what is called warm. */
export const start = async ({ quick, rounds }: BenchOptions): Promise<ReadonlyArray<Row>> => {
  const work = works.find(({ name, precision }) => name === "GPT-2 124M" && precision === "float32")
  if (work === undefined) return []
  const python = Peer.python()
  const programs: ReadonlyArray<readonly [string, Program]> = [
    ["warm", ours(work, "on")],
    ...(quick ? [] : [["compiled anew", ours(work, "off")] as const])
  ]
  const peer = python === undefined ? undefined : theirs(work, python)
  await run(ours(work, "on"))
  const taken = programs.map(() => new Array<Taken>())
  const beside = new Array<Taken>()
  for (let round = 0; round < rounds; round++) {
    for (const [i, [, program]] of programs.entries()) taken[i]?.push(await run(program))
    if (peer !== undefined) beside.push(await run(peer))
  }
  return programs.flatMap(([name], i) =>
    (["seconds", "cpuSeconds"] as const).map((key): Row => {
      const own = middle((taken[i] ?? []).map((one) => one[key]))
      const other = middle(beside.map((one) => one[key]))
      return {
        work: `start to first step, ${work.name} ${work.precision}, ${name}`,
        unit: key === "seconds" ? "s" : "cpu s",
        ours: own,
        peerName: peer === undefined ? Peer.advice : "PyTorch eager",
        ...(peer === undefined ? {} : { peer: other, ratio: other / own })
      }
    })
  )
}
