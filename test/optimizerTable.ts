// `node optimizerTable.ts` prints how far our optimizers are from those of PyTorch, transformers and lion-pytorch after 200 steps:
// the program's meaning in float64, and compiled in float32; beside it how far the peer's own
// float32 is from its float64.
import { Effect } from "effect"
import { cases, difference, golden, reference, trace } from "./support/optimizerCases.ts"
import * as CompiledOptimizer from "./support/CompiledOptimizer.ts"

const table = Effect.gen(function* () {
  process.stdout.write(
    "| optimizer | float64 | compiled, float32 | the peer itself in float32 |\n| --- | --- | --- | --- |\n"
  )
  for (const [name, one] of Object.entries(cases)) {
    const expected = golden[name]
    if (expected === undefined) continue
    const found = [trace(one, reference(one)), yield* CompiledOptimizer.trace(one)]
    const apart = [...found.map((each) => difference(each, expected)), expected.float32]
    const cells = apart.map((share) => share.toExponential(1))
    process.stdout.write(`| ${name} | ${cells.join(" | ")} |\n`)
  }
})

await Effect.runPromise(table)
