// Kills a run of a pipeline with kill -9, process group and all, at random moments, and goes on each time; then compares every
// artifact with that of an undisturbed run:
//
//     node test/kills.ts [pipeline.yaml] [--kills 20] [--seed 1]
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { digestsOf, inkstone, killAll, resultOf, root, temporary } from "./support/Cli.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { kills: { type: "string", default: "20" }, seed: { type: "string", default: "1" } }
})
const pipeline = resolve(positionals[0] ?? join(root, "test/pipelines/tiny.yaml"))
const kills = Number(values.kills)

let state = Number(values.seed) >>> 0
/** In [0, 1): a linear congruential generator. */
const draw = (): number => {
  state = (Math.imul(state, 1664525) + 1013904223) >>> 0
  return state / 2 ** 32
}

const say = (text: string) => process.stdout.write(`${text}\n`)
await using folder = await temporary()
const words = (command: string, store: string) => [
  command,
  pipeline,
  "--json",
  "--store",
  join(folder.path, store),
  "--out",
  join(folder.path, "out")
]

const begun = performance.now()
const calm = digestsOf(resultOf(await inkstone(words("run", "calm"))))
const millis = performance.now() - begun
say(`undisturbed: ${Object.keys(calm).length} artifacts in ${(millis / 1000).toFixed(1)} s`)

// a start takes a second or two before it does anything new; together they get about as far as the pipeline goes
const [least, most] = [1500, 3000 + (2 * millis) / kills]
const places = new Map<string, number>()
let hits = 0
for (let i = 0; i < kills; i += 1) {
  const moment = least + draw() * (most - least)
  let at = "the start"
  let timer: NodeJS.Timeout | undefined
  const ended = await inkstone(words("run", "killed"), {
    onLine: (line, child) => {
      timer ??= setTimeout(() => killAll(child), moment)
      if (line.type === "node-started") at = line.node
      else if (line.type === "progress") at = `${line.node}, ${line.progress.done} ${line.progress.unit}`
    }
  })
  clearTimeout(timer)
  if (ended.signal === null) {
    say(`start ${i + 1} came to its end`)
    break
  }
  hits += 1
  places.set(at.split(",")[0] ?? at, (places.get(at.split(",")[0] ?? at) ?? 0) + 1)
  say(`kill ${i + 1}: ${(moment / 1000).toFixed(1)} s after the plan, at ${at}`)
}

const last = await inkstone(words("run", "killed"))
const killed = digestsOf(resultOf(last))
const different = Object.keys({ ...calm, ...killed }).filter((name) => calm[name] !== killed[name])
say(`killed in: ${Array.from(places, ([node, times]) => `${node} ${times}x`).join(", ")}`)
say(
  different.length === 0
    ? `${hits} kills, then the digests of all ${Object.keys(calm).length} artifacts are those of the undisturbed run`
    : `NOT EQUAL after ${hits} kills: ${different.join(", ")}`
)
process.exitCode = different.length === 0 && last.code === 0 ? 0 : 1
