// Every family of the zoo keeps the contract: those without a test file that says so are here and in ContractEncoder.test.ts.
import { globSync, readFileSync } from "node:fs"
import { assert, it } from "vitest"
import { modelContract } from "../src/testkit.ts"
import { zoo } from "../src/Zoo.ts"
import { tinies } from "./tinies.ts"

it("is kept by every family that is a network", () => {
  const tests = globSync("*.test.ts", { cwd: import.meta.dirname })
    .map((file) => readFileSync(`${import.meta.dirname}/${file}`, "utf8"))
    .join("\n")
  const kept = new Set(
    Array.from(tests.matchAll(/^modelContract\((?:zoo\.)?(\w+)/gm), ([, name = ""]) => name.toLowerCase())
  )
  const networks = Object.values(zoo).filter(({ kind }) => kind !== "counts")
  assert.deepStrictEqual(
    networks.map(({ name }) => name).filter((name) => !kept.has(name)),
    []
  )
})

modelContract(zoo.gpt2, tinies.gpt2)
modelContract(zoo.gpt3, tinies.gpt3)
modelContract(zoo.t5, tinies.t5)
