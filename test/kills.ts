// Kills a run of a pipeline with kill -9, process group and all, at random moments, and goes on each time; then compares every
// artifact with that of an undisturbed run:
//
//     node test/kills.ts [pipeline.yaml] [--profile quick] [--kills 20] [--seed 1]
import { join, resolve } from "node:path"
import { parseArgs } from "node:util"
import { digestsOf, type Ended, inkstone, killAll, resultOf, root, temporary } from "./support/Cli.ts"

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: {
    profile: { type: "string" },
    kills: { type: "string", default: "20" },
    seed: { type: "string", default: "1" }
  }
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
const words = (store: string) => [
  "run",
  pipeline,
  ...(values.profile === undefined ? [] : ["--profile", values.profile]),
  "--json",
  "--store",
  join(folder.path, store),
  "--out",
  join(folder.path, "out")
]

const begun = performance.now()
const calm = digestsOf(resultOf(await inkstone(words("calm"))))
const millis = performance.now() - begun
const artifacts = Object.keys(calm).length
say(`undisturbed: ${artifacts} artifacts in ${(millis / 1000).toFixed(1)} s`)

const different = new Set<string>()
/** Runs to the end what was killed, and notes what came out otherwise. */
const compare = (ended: Ended): void => {
  const killed = digestsOf(resultOf(ended))
  for (const name of Object.keys({ ...calm, ...killed })) if (calm[name] !== killed[name]) different.add(name)
}

// a start takes a second or two before it does anything new; together they get about as far as the pipeline goes
const [least, most] = [1500, 1500 + (2 * millis) / kills]
const places = new Map<string, number>()
let stores = 1
for (let hits = 0; hits < kills;) {
  const moment = least + draw() * (most - least)
  let at = "the start"
  let timer: NodeJS.Timeout | undefined
  const ended = await inkstone(words(`killed-${stores}`), {
    onLine: (line, child) => {
      timer ??= setTimeout(() => killAll(child), moment)
      if (line.type === "node-started") at = line.node
      else if (line.type === "progress") at = `${line.node}, ${line.progress.done} ${line.progress.unit}`
    }
  })
  clearTimeout(timer)
  if (ended.signal === null) {
    compare(ended)
    stores += 1
    say(`came to its end after ${hits} kills; the next ones are in a new store`)
    continue
  }
  hits += 1
  places.set(at.split(",")[0] ?? at, (places.get(at.split(",")[0] ?? at) ?? 0) + 1)
  say(`kill ${hits}: ${(moment / 1000).toFixed(1)} s after the plan, at ${at}`)
}
compare(await inkstone(words(`killed-${stores}`)))

say(`killed in: ${Array.from(places, ([node, times]) => `${node} ${times}x`).join(", ")}`)
say(
  different.size === 0
    ? `${kills} kills in ${stores} runs; the digests of all ${artifacts} artifacts of each are those of the undisturbed run`
    : `NOT EQUAL after ${kills} kills: ${[...different].join(", ")}`
)
process.exitCode = different.size === 0 ? 0 : 1
