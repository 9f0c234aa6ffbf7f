// Prints how far weights and slots of steps in parts are from those of whole ones: `node test/accumulationTable.ts`.
import { Effect } from "effect"
import { distance, objectives, optimizers, windows } from "./support/accumulationCases.ts"
import { apart, batchSize, cases, parts, train } from "./support/accumulationStages.ts"

const cell = (text: string) => text.padEnd(20)
const names = windows.map((window) => window.join(" + "))
process.stdout.write(`${["objective", "optimizer", ...names].map(cell).join("")}\n`)
for (const [name, objectiveOf] of Object.entries(objectives)) {
  const objective = objectiveOf()
  for (const [by, optimizer] of Object.entries(optimizers)) {
    const found = windows.map((window) => distance(objective, optimizer, window).toExponential(1))
    process.stdout.write(`${[name, by, ...found].map(cell).join("")}\n`)
  }
}

// the same of whole stages as they are compiled and run, in float32: every loss of 20 steps, and the weights behind them
process.stdout.write(`\n${["stage", "optimizer", "at once", "losses", "weights"].map(cell).join("")}\n`)
for (const [name, one] of Object.entries(cases))
  for (const optimizer of ["sgd", "adamw"] as const) {
    const whole = await Effect.runPromise(train(one, batchSize, optimizer))
    for (const size of parts) {
      const { losses, weights } = apart(await Effect.runPromise(train(one, size, optimizer)), whole)
      const cells = [
        name,
        optimizer,
        `${size} of ${batchSize}`,
        losses.toExponential(1),
        weights.toExponential(1)
      ]
      process.stdout.write(`${cells.map(cell).join("")}\n`)
    }
  }
