// Patterns become files: where they are looked for, what they are called, and what is said when there are none.
import { createHash } from "node:crypto"
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { afterAll } from "vitest"
import { SourceFiles } from "../src/index.ts"

const root = mkdtempSync(join(tmpdir(), "inkstone-sources-"))
afterAll(() => rmSync(root, { recursive: true }))
const put = (file: string, content = file): void => {
  mkdirSync(dirname(join(root, file)), { recursive: true })
  writeFileSync(join(root, file), content)
}
for (const file of [
  "books/b.txt",
  "books/a.txt",
  "books/more/c.txt",
  "books/notes.md",
  "books/.hidden/d.txt"
])
  put(file)
put("empty/.keep")
// a package as pnpm installs it: a link into a store, and exports that hide everything
put("store/poems/package.json", `{ "name": "poems", "exports": { ".": "./index.js" } }`)
put("store/poems/data/p.txt")
put("node_modules/@scope/prose/texts/q.txt")
symlinkSync(join(root, "store", "poems"), join(root, "node_modules", "poems"))
mkdirSync(join(root, "deep", "er"), { recursive: true })

const names = (patterns: ReadonlyArray<string>, from = root) =>
  Effect.map(SourceFiles.resolve(patterns, from), (files) => files.map(({ name }) => name))

describe("SourceFiles.resolve", () => {
  it.effect.each([
    ["a file", ["books/a.txt"], ["a.txt"]],
    ["an absolute path", [join(root, "books", "a.txt")], ["a.txt"]],
    ["a folder with all below it but hidden files", ["books"], ["a.txt", "b.txt", "more/c.txt", "notes.md"]],
    ["a glob", ["books/*.txt"], ["a.txt", "b.txt"]],
    ["a glob through folders", ["**/more/*.txt"], ["books/more/c.txt"]],
    ["alternatives", ["books/{a.txt,more/*}"], ["a.txt", "more/c.txt"]],
    ["a file in a package that hides it", ["npm:poems/data/p.txt"], ["p.txt"]],
    ["a glob in a scoped package", ["npm:@scope/prose/texts/*.txt"], ["q.txt"]],
    ["a whole package folder", ["npm:@scope/prose"], ["texts/q.txt"]],
    ["each file once", ["books/a.txt", "books/*.txt", "books"], ["a.txt", "b.txt", "more/c.txt", "notes.md"]]
  ] as const)("takes %s", ([, patterns, expected]) =>
    Effect.map(names(patterns), (found) => assert.deepStrictEqual(found, [...expected]))
  )

  it.effect("looks for packages from the folder upwards", () =>
    Effect.map(names(["npm:poems/data"], join(root, "deep", "er")), (found) =>
      assert.deepStrictEqual(found, ["p.txt"])
    )
  )

  it.effect("gives bytes and digest of each file", () =>
    Effect.gen(function* () {
      const [file] = yield* SourceFiles.resolve(["books/a.txt"], root)
      const sha256 = createHash("sha256").update("books/a.txt").digest("hex")
      assert.deepStrictEqual(file, { path: join(root, "books", "a.txt"), name: "a.txt", bytes: 11, sha256 })
    })
  )

  it.effect.each([
    ["books/*.pdf", "matches no file", join(root, "books")],
    ["books/aa.txt", `there is no file or folder "aa.txt"; did you mean "a.txt"?`, join(root, "books")],
    ["empty", "the folder has no files", join(root, "empty")],
    ["npm:poem/data/*.txt", `the package "poem" is not installed`, join(root, "node_modules")],
    ["npm:poems/datum/*.txt", "matches no file", join(root, "store", "poems", "datum")],
    ["npm:../books/a.txt", `the package ".." is not installed`, join(root, "node_modules")]
  ] as const)("says of %s: %s", ([pattern, problem, searched]) =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(SourceFiles.resolve(["books/a.txt", pattern], root))
      assert.strictEqual(error.pattern, pattern)
      assert.strictEqual(error.problem, problem)
      assert.include(error._tag === "SourceFilesMissing" ? error.searched : [], searched)
      assert.include(error.message, searched)
    })
  )

  // root may read every folder
  it.effect.skipIf(process.getuid?.() === 0)("does not pass over a folder that may not be read", () =>
    Effect.gen(function* () {
      put("partly/a.txt")
      put("partly/closed/b.txt")
      chmodSync(join(root, "partly", "closed"), 0)
      for (const pattern of ["partly", "partly/**/*.txt"]) {
        const error = yield* Effect.flip(SourceFiles.resolve([pattern], root))
        assert.include(error.problem, "permission denied")
      }
    }).pipe(Effect.ensuring(Effect.sync(() => chmodSync(join(root, "partly", "closed"), 0o700))))
  )
})
