// The arrows between packages, as docs/architecture.md draws them. A new arrow is a decision: it goes there and here.
import { globSync, readFileSync } from "node:fs"
import { basename, join } from "node:path"
import { describe, expect, it } from "vitest"

const root = join(import.meta.dirname, "..")

/** Package -> the packages of ours it may stand on. */
const below: Readonly<Record<string, ReadonlyArray<string>>> = {
  artifact: [],
  graph: [],
  tensorflow: [],
  stage: ["artifact"],
  pipeline: ["artifact", "stage"],
  "model-zoo": ["artifact", "graph", "tensorflow"],
  ingest: ["artifact", "stage"],
  tokenizer: ["artifact", "stage"],
  trainer: ["artifact", "stage", "graph", "tensorflow", "model-zoo"],
  evaluator: ["artifact", "stage", "tensorflow", "model-zoo"],
  reporter: ["artifact", "stage"]
}
/** Foreign package -> the only package that may import it. */
const owners: Readonly<Record<string, string>> = {
  "@tensorflow/tfjs-node-gpu": "tensorflow",
  "apache-arrow": "artifact",
  yaml: "pipeline",
  parse5: "ingest"
}

interface Import {
  readonly file: string
  readonly package: string
  readonly target: string
}

const importsOf = (folder: string, files: string): ReadonlyArray<Import> =>
  globSync(`packages/${folder}/${files}`, { cwd: root }).flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8")
    const found = text.matchAll(/(?:from|import)\s*\(?\s*"([^".][^"]*)"/g)
    return Array.from(found, ([, target]) => ({ file, package: folder, target: target! }))
  })

const manifestOf = (
  folder: string
): { name: string; dependencies?: object; exports: Record<string, unknown> } =>
  JSON.parse(readFileSync(join(root, "packages", folder, "package.json"), "utf8"))
/** Ours: a guest may live under `packages` as well. */
const packages = globSync("packages/*", { cwd: root })
  .map((folder) => basename(folder))
  .filter((folder) => manifestOf(folder).name.startsWith("@inkstone/"))
const imports = packages.flatMap((folder) => importsOf(folder, "src/**/*.ts"))
const ownName = (target: string) => /^@inkstone\/([^/]+)/.exec(target)?.[1]

describe("the house", () => {
  it("has the packages that the architecture names, and no other", () => {
    expect(packages.toSorted()).toEqual(Object.keys(below).toSorted())
  })

  it("has arrows that point downward only", () => {
    const wrong = imports.filter(({ package: from, target }) => {
      const to = ownName(target)
      return to !== undefined && to !== from && !below[from]!.includes(to)
    })
    expect(wrong).toEqual([])
  })

  it("uses every package it declares", () => {
    for (const folder of packages) {
      const declared = Object.keys(manifestOf(folder).dependencies ?? {}).filter((name) =>
        name.startsWith("@inkstone/")
      )
      const all = importsOf(folder, "{src,test}/**/*.ts")
      const used = new Set(
        all.map(({ target }) => ownName(target)).filter((name) => name !== undefined && name !== folder)
      )
      expect(
        declared.map((name) => name.slice("@inkstone/".length)).filter((name) => !used.has(name)),
        `unused dependencies of ${folder}`
      ).toEqual([])
    }
  })

  it("keeps each foreign library behind one package", () => {
    const wrong = imports.filter(({ package: from, target }) =>
      Object.entries(owners).some(
        ([library, owner]) => (target === library || target.startsWith(`${library}/`)) && from !== owner
      )
    )
    expect(wrong).toEqual([])
  })

  it("keeps internals inside", () => {
    expect(imports.filter(({ target }) => /^@inkstone\/[^/]+\/internal\//.test(target))).toEqual([])
    for (const folder of packages) {
      expect(manifestOf(folder).exports["./internal/*"], folder).toBeNull()
    }
  })

  it("has files of one noun: none is long, none is a drawer", () => {
    const sources = globSync("{packages,apps}/*/src/**/*.ts", { cwd: root })
    const long = sources.filter((file) => readFileSync(join(root, file), "utf8").split("\n").length > 401)
    const drawers = sources.filter((file) =>
      /^(utils?|helpers?|misc|common|manager)\.ts$/i.test(basename(file))
    )
    expect({ long, drawers }).toEqual({ long: [], drawers: [] })
  })
})
