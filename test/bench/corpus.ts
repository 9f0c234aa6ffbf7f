// Memory of a large corpus through ingest and tokenizer: English and Chinese documents in one file of lines, cleaned with rules,
// learned from and encoded, as a pipeline that a person would run. `--gigabytes 5` is the whole work; without it half a gigabyte.
import { spawn } from "node:child_process"
import { once } from "node:events"
import { createWriteStream } from "node:fs"
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises"
import { join } from "node:path"
import { Schema } from "effect"
import type { BenchOptions, Row } from "./Row.ts"
import { moreChinese, moreEnglish } from "./tokenizers/Corpora.ts"

/** A laptop has this much to spare, whatever the size of the corpus. */
const allowedBytes = 1.5e9
const pieceBytes = 16e6

const write = async (path: string, bytes: number): Promise<void> => {
  const file = createWriteStream(path)
  for (let seed = 1, sum = 0; sum < bytes; seed++) {
    for (const text of [...moreEnglish(pieceBytes * 0.75, seed), ...moreChinese(pieceBytes * 0.25, seed)]) {
      const line = `${JSON.stringify({ text })}\n`
      sum += Buffer.byteLength(line)
      if (!file.write(line)) await once(file, "drain")
    }
  }
  file.end()
  await once(file, "finish")
}

const pipeline = (file: string) => `name: large
seed: 1
nodes:
  corpus:
    uses: "@inkstone/ingest#ingest"
    with: { files: ["${file}"], cuts: { gopher: {}, repetition: {} }, personalData: mask }
  tokenizer:
    uses: "@inkstone/tokenizer#train"
    in: { documents: corpus.documents }
    with: { vocabSize: 32768 }
  tokens:
    uses: "@inkstone/tokenizer#encode"
    in: { documents: corpus.documents, tokenizer: tokenizer }
`

/** Parent of every process there is. */
const parents = async (): Promise<ReadonlyMap<number, number>> => {
  const found = new Map<number, number>()
  for (const name of await readdir("/proc")) {
    const pid = Number(name)
    if (!Number.isInteger(pid)) continue
    const line = await readFile(`/proc/${name}/stat`, "utf8").catch(() => "")
    found.set(pid, Number(line.slice(line.lastIndexOf(")") + 2).split(" ")[1]))
  }
  return found
}

/** Resident bytes of all processes below one: the app's own are not those of a stage. */
const residentBelow = async (root: number): Promise<number> => {
  const parent = await parents()
  const below = (pid: number): boolean => {
    const its = parent.get(pid)
    return its !== undefined && (its === root || below(its))
  }
  let pages = 0
  for (const pid of parent.keys()) {
    if (!below(pid)) continue
    const line = await readFile(`/proc/${pid}/statm`, "utf8").catch(() => "0 0")
    pages += Number(line.split(" ")[1])
  }
  return 4096 * pages
}

const Event = Schema.fromJsonString(
  Schema.Union([
    Schema.Struct({ type: Schema.Literal("node-started"), node: Schema.String }),
    Schema.Struct({
      type: Schema.Literal("node-finished"),
      result: Schema.Struct({ id: Schema.String, milliseconds: Schema.Finite })
    })
  ])
)
const decode = Schema.decodeUnknownOption(Event)

interface Watched {
  peak: number
  milliseconds: number
}

/** Runs the pipeline and watches each node's processes. */
const watched = async (folder: string): Promise<ReadonlyMap<string, Watched>> => {
  const app = join(import.meta.dirname, "../../apps/orchestrator/src/main.ts")
  const words = [app, "run", join(folder, "large.yaml"), "--json", "--store", join(folder, "store")]
  const child = spawn(process.execPath, words, { cwd: folder, stdio: ["ignore", "pipe", "inherit"] })
  const stages = new Map<string, Watched>()
  let running = ""
  let rest = ""
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    const lines = (rest + chunk).split("\n")
    rest = lines.pop() ?? ""
    for (const line of lines) {
      const event = decode(line)
      if (event._tag === "None") continue
      if (event.value.type === "node-started") {
        running = event.value.node
        stages.set(running, { peak: 0, milliseconds: 0 })
      } else {
        const stage = stages.get(event.value.result.id)
        if (stage !== undefined) stage.milliseconds = event.value.result.milliseconds
      }
    }
  })
  const look = async () => {
    const bytes = await residentBelow(child.pid ?? 0)
    const stage = stages.get(running)
    if (stage !== undefined) stage.peak = Math.max(stage.peak, bytes)
  }
  const timer = setInterval(() => void look(), 200)
  const [code] = await once(child, "close")
  clearInterval(timer)
  if (code !== 0) throw new Error(`the pipeline ended with ${code}`)
  return stages
}

export const corpus = async ({ gigabytes }: BenchOptions): Promise<ReadonlyArray<Row>> => {
  // inside the project, since a pipeline's stages are found from its folder
  const place = join(import.meta.dirname, "../out")
  await mkdir(place, { recursive: true })
  const folder = await mkdtemp(join(place, "corpus-"))
  try {
    const file = join(folder, "corpus.jsonl")
    await write(file, (gigabytes ?? 0.5) * 1e9)
    const { size } = await stat(file)
    await writeFile(join(folder, "large.yaml"), pipeline("corpus.jsonl"))
    const stages = await watched(folder)
    return Array.from(stages, ([node, { milliseconds, peak }]) => ({
      work: `${(size / 1e9).toPrecision(2)} GB through ${node}: peak memory (${(size / 1e3 / milliseconds).toFixed(1)} MB/s of the file)`,
      unit: "GB",
      ours: peak / 1e9,
      peer: allowedBytes / 1e9,
      peerName: "what may be used",
      ratio: allowedBytes / Math.max(1, peak)
    }))
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}
