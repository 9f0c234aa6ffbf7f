// A program that starts to train and says what that took: one JSON line a phase. Its arguments: the work as JSON, and how many
// steps (3). `node test/bench/training/phases.ts "$work"`
import { AdamW, Program, TrainingProgram } from "@inkstone/graph"
import { type Entry, Session } from "@inkstone/tensorflow"
import { Effect, Schema } from "effect"
import * as Feeds from "./Feeds.ts"
import { Work } from "./Work.ts"

let [wall, cpu] = [0, 0]

/** Says what has been used since the last phase, all threads; processor seconds of the first count from the process's start. */
const done = (phase: string) => {
  const { maxRSS, systemCPUTime, userCPUTime } = process.resourceUsage()
  const [now, used] = [performance.now() / 1000, (userCPUTime + systemCPUTime) / 1e6]
  const line = { phase, seconds: now - wall, cpuSeconds: used - cpu, bytes: maxRSS * 1024 } // kilobytes on Linux
  process.stdout.write(`${JSON.stringify(line)}\n`)
  ;[wall, cpu] = [now, used]
}

const program = Effect.gen(function* () {
  const work = yield* Schema.decodeUnknownEffect(Schema.fromJsonString(Work))(process.argv[2])
  done("Node and modules")
  const { feeds, objective } = Feeds.of(work)
  const lowered = TrainingProgram.build(objective, {
    optimizer: AdamW.defaults,
    precision: work.precision,
    clusters: true
  })
  done("build the graph")
  const { entries } = lowered
  const session = yield* Session.open(lowered.graphDef, { rewrite: Program.rewrite(lowered) })
  done("load the library, open the graph")
  session.call(entries.init, { key: { values: Int32Array.of(0, 1) } })
  done("first values")
  const train: Program.LoweredEntry = entries.train
  for (let step = 1; step <= Number(process.argv[3] ?? 3); step++) {
    const given: Readonly<Record<string, Entry.Given>> = {
      ...feeds,
      key: { values: Int32Array.of(0, step) },
      learningRate: { values: Float32Array.of(1e-4) },
      maxGradientNorm: { values: Float32Array.of(1) },
      step: { values: Float32Array.of(step) }
    }
    session.call(train, given)
    done(`step ${step}`)
  }
})

await Effect.runPromise(Effect.scoped(program))
