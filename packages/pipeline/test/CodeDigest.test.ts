import { mkdirSync, symlinkSync, writeFileSync } from "node:fs"
import path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as CodeDigest from "../src/CodeDigest.ts"
import { temporary } from "./fixtures/lab.ts"

type Files = Readonly<Record<string, string>>

const base: Files = {
  "one/package.json": '{ "name": "one", "dependencies": { "two": "workspace:*", "far": "^1.0.0" } }',
  "one/src/stage.ts": "export const stage = 1",
  "one/src/below/more.ts": "export const more = 1",
  "one/README.md": "read me",
  "one/test/stage.test.ts": "test",
  "two/package.json": '{ "name": "two", "dependencies": { "one": "workspace:*" } }',
  "two/src/index.ts": "export const two = 2",
  "one/node_modules/.pnpm/far/node_modules/far/package.json": '{ "name": "far", "version": "1.2.3" }',
  "one/node_modules/.pnpm/far/node_modules/far/index.js": "far",
  "free/package.json": '{ "name": "free", "dependencies": {} }',
  "free/local.ts": 'import { x } from "./beside.ts"\nimport { two } from "two"\nexport * from "two/deep"',
  "free/beside.ts": "export const x = 1",
  "free/unrelated.ts": "export const y = 1"
}

/** The digest of a module among these files, which stand in a new folder each time: digests are kept by file. */
const digest = Effect.fnUntraced(function* (module: string, changes: Files = {}) {
  const root = yield* temporary
  for (const [name, text] of Object.entries({ ...base, ...changes })) {
    const file = path.join(root, name)
    mkdirSync(path.dirname(file), { recursive: true })
    writeFileSync(file, text)
  }
  const link = (from: string, to: string) => {
    mkdirSync(path.join(root, from, "node_modules"), { recursive: true })
    symlinkSync(path.join(root, to), path.join(root, from, "node_modules", path.basename(to)))
  }
  link("one", "two")
  link("two", "one")
  link("free", "two")
  link("one", "one/node_modules/.pnpm/far/node_modules/far")
  return yield* CodeDigest.ofModule(path.join(root, module))
})

describe("CodeDigest.ofModule", () => {
  it.effect("covers the package, the linked packages below it, and the versions of the rest", () =>
    Effect.gen(function* () {
      const found = yield* digest("one/src/stage.ts")
      assert.deepStrictEqual(Object.keys(found), ["code.one", "code.two", "dependency.far"])
      assert.strictEqual(found["dependency.far"], "1.2.3")
      assert.deepStrictEqual(found, yield* digest("one/src/below/more.ts"))
    })
  )

  it.effect("changes with a source, a file more, the exports and a version", () =>
    Effect.gen(function* () {
      const before = yield* digest("one/src/stage.ts")
      const changed = (changes: Files) =>
        Effect.map(digest("one/src/stage.ts", changes), (after) =>
          Object.keys(before).filter((leaf) => before[leaf] !== after[leaf])
        )
      assert.deepStrictEqual(yield* changed({ "one/src/below/more.ts": "export const more = 2" }), [
        "code.one"
      ])
      assert.deepStrictEqual(yield* changed({ "one/src/new.ts": "" }), ["code.one"])
      assert.deepStrictEqual(yield* changed({ "two/src/index.ts": "export const two = 3" }), ["code.two"])
      assert.deepStrictEqual(
        yield* changed({
          "one/node_modules/.pnpm/far/node_modules/far/package.json": '{ "name": "far", "version": "1.3.0" }'
        }),
        ["dependency.far"]
      )
      const { "one/package.json": manifest = "" } = base
      const exported = manifest.replace("{", '{ "exports": "./src/stage.ts",')
      assert.deepStrictEqual(yield* changed({ "one/package.json": exported }), ["code.one"])
    })
  )

  it.effect("does not change with tests, prose and scripts, nor with where the package stands", () =>
    Effect.gen(function* () {
      const before = yield* digest("one/src/stage.ts")
      const { "one/package.json": manifest = "" } = base
      const after = yield* digest("one/src/stage.ts", {
        "one/README.md": "other",
        "one/test/stage.test.ts": "other",
        "one/package.json": manifest.replace("{", '{ "scripts": { "test": "vitest" },')
      })
      assert.deepStrictEqual(after, before)
    })
  )

  it.effect("of a file outside src covers what it imports, and nothing else beside it", () =>
    Effect.gen(function* () {
      const before = yield* digest("free/local.ts")
      assert.deepStrictEqual(Object.keys(before), ["code.local.ts", "code.one", "code.two", "dependency.far"])
      assert.deepStrictEqual(yield* digest("free/local.ts", { "free/unrelated.ts": "other" }), before)
      const after = yield* digest("free/local.ts", { "free/beside.ts": "export const x = 2" })
      assert.notStrictEqual(after["code.local.ts"], before["code.local.ts"])
    })
  )

  it.effect("of an installed package is its version", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* digest("one/node_modules/.pnpm/far/node_modules/far/index.js"), {
        "dependency.far": "1.2.3"
      })
    })
  )
})
