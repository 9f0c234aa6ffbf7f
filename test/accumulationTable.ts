// Prints how far weights and slots of steps in parts are from those of whole ones: `node test/accumulationTable.ts`.
import { distance, objectives, optimizers, windows } from "./support/accumulationCases.ts"

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
