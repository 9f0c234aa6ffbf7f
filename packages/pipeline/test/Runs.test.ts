import { mkdirSync, readFileSync, writeFileSync } from "node:fs"
import path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Runs } from "../src/index.ts"
import { temporary } from "./fixtures/lab.ts"

const asked = { pipeline: "p", file: "/p.yaml", only: [], force: [], keepGoing: false, out: "out" }

/** As if the process of a run had died. */
const killed = (root: string, { id }: Runs.Run) => {
  const file = path.join(root, "runs", `${id}.json`)
  writeFileSync(file, readFileSync(file, "utf8").replace(/"start":"\d+"/, `"start":"1"`))
}

describe("Runs", () => {
  it.effect("knows what was cut off until it is done, and which run is still alive", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      assert.deepStrictEqual(yield* Runs.list(root), [])
      const one = yield* Runs.begin(root, asked)
      const [listed] = yield* Runs.list(root)
      assert.deepStrictEqual(listed, one)
      assert.isTrue(Runs.isAlive(one))
      killed(root, one)
      const dead = yield* Runs.list(root)
      assert.deepStrictEqual(dead.map(Runs.isAlive), [false])
      yield* Runs.end(root, one)
      assert.deepStrictEqual(yield* Runs.list(root), [])
    })
  )

  it.effect("lets a new run take the place of one of the same work that died, and of no other", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      const all = yield* Runs.begin(root, asked)
      const part = yield* Runs.begin(root, { ...asked, only: ["gpt"] })
      killed(root, all)
      killed(root, part)
      const again = yield* Runs.begin(root, asked)
      const left = yield* Runs.list(root)
      assert.deepStrictEqual(new Set(left.map(({ id }) => id)), new Set([part.id, again.id]))
    })
  )

  it.effect("passes over half a file", () =>
    Effect.gen(function* () {
      const root = yield* temporary
      mkdirSync(path.join(root, "runs"))
      writeFileSync(path.join(root, "runs", "x.json"), `{"format":1,"id":`)
      assert.deepStrictEqual(yield* Runs.list(root), [])
    })
  )
})
