import { mkdirSync, writeFileSync } from "node:fs"
import path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { StageModules } from "../src/index.ts"
import { temporary } from "./fixtures/lab.ts"

/** A folder with a package of another team in its `node_modules`, for imports only. */
const team = Effect.gen(function* () {
  const folder = yield* temporary
  const root = path.join(folder, "node_modules", "@team", "stages")
  mkdirSync(path.join(root, "lib"), { recursive: true })
  writeFileSync(
    path.join(root, "package.json"),
    JSON.stringify({
      name: "@team/stages",
      version: "4.5.6",
      type: "module",
      exports: {
        ".": { types: "./lib/index.d.ts", import: "./lib/index.js" },
        "./more": { import: { node: "./lib/more.js" } }
      }
    })
  )
  const stage = `export const shout = { name: "@team/stages#shout", version: 1, inputs: {}, outputs: {}, run() {} }`
  writeFileSync(path.join(root, "lib", "index.js"), stage)
  writeFileSync(path.join(root, "lib", "more.js"), stage.replace("shout =", "whisper ="))
  writeFileSync(path.join(folder, "broken.ts"), "export const x = nothing.there")
  return folder
})

const load = Effect.fnUntraced(function* (uses: string, folder: string) {
  return yield* (yield* StageModules).load(uses, folder)
})

describe("StageModules", () => {
  it.live("finds a package that only the pipeline's folder can import", () =>
    Effect.gen(function* () {
      const folder = yield* team
      const found = yield* load("@team/stages#shout", folder)
      assert.strictEqual(found.stage.name, "@team/stages#shout")
      assert.deepStrictEqual(found.code, { "dependency.@team/stages": "4.5.6" })
      assert.match(found.module.url, /^file:.*\/lib\/index\.js$/)
      const deep = yield* load("@team/stages/more#whisper", folder)
      assert.match(deep.module.url, /\/lib\/more\.js$/)
    })
  )

  it.live("finds Inkstone's own packages from anywhere", () =>
    Effect.gen(function* () {
      const folder = yield* temporary
      const error = yield* Effect.flip(load("@inkstone/stage#nothing", folder))
      assert.strictEqual(error.problem, '@inkstone/stage exports no "nothing"')
    })
  )

  it.live("suggests the nearest package, and says why a module does not load", () =>
    Effect.gen(function* () {
      const folder = yield* team
      const error = yield* Effect.flip(load("@team/stage#shout", folder))
      assert.include(error.problem, 'there is no package "@team/stage"')
      assert.strictEqual(error.suggestion, 'did you mean "@team/stages"?')
      const broken = yield* Effect.flip(load("./broken.ts#x", folder))
      assert.include(broken.problem, "./broken.ts cannot be loaded: nothing is not defined")
    })
  )
})
