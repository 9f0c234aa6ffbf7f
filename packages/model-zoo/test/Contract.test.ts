// Every family of the zoo keeps the contract; those that write are here, those that read are in ContractEncoder.test.ts.
import { assert, it } from "vitest"
import { modelContract } from "../src/testkit.ts"
import { zoo } from "../src/Zoo.ts"
import { tinies } from "./tinies.ts"

it("is kept by every family that is a network", () => {
  const networks = Object.values(zoo).filter(({ kind }) => kind !== "counts")
  assert.deepStrictEqual(
    networks.map(({ name }) => name),
    Object.keys(tinies)
  )
})

modelContract(zoo.gpt2, tinies.gpt2)
modelContract(zoo.gpt3, tinies.gpt3)
modelContract(zoo.t5, tinies.t5)
