// Our side of the training benchmark, a process of its own so that its memory is its own: speaks as the scripts of `peers/` do.
import { AdamW, Program, TrainingProgram } from "@inkstone/graph"
import { type Entry, Session } from "@inkstone/tensorflow"
import { Effect, Schema } from "effect"
import { createInterface } from "node:readline"
import * as Feeds from "./Feeds.ts"
import { Work } from "./Work.ts"

const Setup = Schema.fromJsonString(Schema.Struct({ work: Work }))

const answer = (message: unknown) => Effect.sync(() => process.stdout.write(`${JSON.stringify(message)}\n`))

/** Nothing holds the graph once it is open. */
const opened = Effect.fnUntraced(function* (work: Work) {
  const { feeds, objective } = Feeds.of(work)
  const lowered = TrainingProgram.build(objective, {
    optimizer: AdamW.defaults,
    precision: work.precision,
    clusters: true
  })
  const session = yield* Session.open(lowered.graphDef, { rewrite: Program.rewrite(lowered) })
  return { entries: lowered.entries, feeds, session }
})

const program = Effect.gen(function* () {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  const line = Effect.promise(() => lines.next())
  const { work } = yield* Schema.decodeUnknownEffect(Setup)((yield* line).value)
  const { entries, feeds, session } = yield* opened(work)
  session.call(entries.init, { key: { values: Int32Array.of(0, 1) } })
  yield* answer({ name: "inkstone" })

  const train: Program.LoweredEntry = entries.train
  let step = 0
  for (let asked = yield* line; asked.done !== true; asked = yield* line) {
    const seconds: Array<number> = []
    let loss = Number.NaN
    for (let n = 0; n < Number(asked.value); n++) {
      const start = performance.now()
      step += 1
      const given: Readonly<Record<string, Entry.Given>> = {
        ...feeds,
        key: { values: Int32Array.of(0, step) },
        learningRate: { values: Float32Array.of(1e-4) },
        maxGradientNorm: { values: Float32Array.of(1) },
        step: { values: Float32Array.of(step) }
      }
      const results: Readonly<Record<string, { readonly values: ArrayLike<number> }>> = session.call(
        train,
        given
      )
      loss = results["loss"]?.values[0] ?? Number.NaN
      seconds.push((performance.now() - start) / 1000)
    }
    // kilobytes on Linux
    yield* answer({ seconds, loss, bytes: process.resourceUsage().maxRSS * 1024 })
  }
})

Effect.runPromise(Effect.scoped(program)).catch((cause: unknown) => {
  process.stderr.write(`${String(cause)}\n`)
  process.exitCode = 1
})
