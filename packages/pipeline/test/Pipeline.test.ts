import path from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { Pipeline, PipelineFile, PipelineInvalid } from "../src/index.ts"
import { folder, pipeline } from "./fixtures/lab.ts"

const messageOf = (nodes: string) =>
  pipeline(nodes).pipe(
    Effect.flip,
    Effect.map((error) => {
      assert.instanceOf(error, PipelineInvalid)
      return error.message.replaceAll(folder, "")
    })
  )

describe("Pipeline.fromDefinition", () => {
  it.effect("orders nodes so that each stands after what it needs", () =>
    Effect.gen(function* () {
      const { nodes } = yield* pipeline(`
last: { uses: "./stages.ts#total", in: { lists: [middle, first] } }
middle: { uses: "./stages.ts#add", with: { by: 1 }, in: { numbers: first.numbers } }
first: { uses: "./stages.ts#source" }`)
      assert.deepStrictEqual(
        nodes.map(({ id }) => id),
        ["first", "middle", "last"]
      )
    })
  )

  it.effect("names the nodes of a cycle", () =>
    Effect.gen(function* () {
      const message = yield* messageOf(`
a: { uses: "./stages.ts#add", with: { by: 1 }, in: { numbers: c } }
b: { uses: "./stages.ts#add", with: { by: 1 }, in: { numbers: a } }
c: { uses: "./stages.ts#add", with: { by: 1 }, in: { numbers: b } }`)
      assert.include(message, "test.yaml:4:50: the nodes form a cycle: a -> b -> c -> a")
    })
  )

  it.effect("names stage, port, expected and found kind where kinds differ, and what would fit", () =>
    Effect.gen(function* () {
      const message = yield* messageOf(`
a: { uses: "./stages.ts#source" }
b: { uses: "./stages.ts#pair", in: { left: a, right: a } }
c: { uses: "./stages.ts#add", with: { by: 1 }, in: { numbers: b.words } }`)
      assert.include(
        message,
        'input "numbers" of test#add (node c) expects test-numbers, but b.words is test-words'
      )
      assert.include(message, "6 |   c: { uses")
      assert.include(message, "wire it to one that fits: numbers: a.numbers or b.numbers")
    })
  )

  it.effect("finds missing, superfluous and double inputs, unknown nodes and outputs at once", () =>
    Effect.gen(function* () {
      const message = yield* messageOf(`
numbers: { uses: "./stages.ts#source", in: { x: numbers } }
a: { uses: "./stages.ts#add", with: { by: 1 } }
b: { uses: "./stages.ts#add", with: { by: 1 }, in: { number: numbers, numbers: [numbers, a] } }
c: { uses: "./stages.ts#add", with: { by: 1 }, in: { numbers: nubmers } }
d: { uses: "./stages.ts#add", with: { by: 1 }, in: { numbers: numbers.numbres } }
e: { uses: "./stages.ts#add", with: { by: 1 }, in: { numbers: f } }
f: { uses: "./stages.ts#pair", in: { left: numbers, right: numbers } }`)
      for (const part of [
        'test#source has no input "x"',
        "it takes no inputs",
        'node a lacks the input "numbers": test#add needs one test-numbers',
        'test#add has no input "number"',
        'did you mean "numbers"?',
        'input "numbers" of node b is wired to 2 outputs',
        'there is no node "nubmers"',
        'test#source (node numbers) has no output "numbres"',
        'node "f" has 2 outputs',
        "name one: f.numbers, f.words"
      ]) {
        assert.include(message, part)
      }
    })
  )

  it.effect("suggests the nearest stage, file and package", () =>
    Effect.gen(function* () {
      const message = yield* messageOf(`
a: { uses: "./stages.ts#sourc" }
b: { uses: "./stage.ts#source" }
c: { uses: "@inkstone/artefact#x" }
d: { uses: "./stages.ts#notAStage" }
e: { uses: "./stages.ts" }
f: { uses: "@inkstone/artifact#Documents" }`)
      for (const part of [
        './stages.ts exports no "sourc"',
        'did you mean "source"?',
        "there is no file ./stage.ts",
        'did you mean "stages.ts"?',
        'there is no package "@inkstone/artefact"',
        'did you mean "@inkstone/artifact"?',
        "./stages.ts#notAStage is not a stage",
        '"./stages.ts" does not name a stage',
        "@inkstone/artifact#Documents is not a stage"
      ]) {
        assert.include(message, part)
      }
    })
  )

  it.effect("points at the field of a config that its stage does not know or accept", () =>
    Effect.gen(function* () {
      const message = yield* messageOf(`
a:
  uses: "./stages.ts#source"
  with:
    cuont: 3
    from: twelve`)
      assert.include(message, "test.yaml:7:7: test#source: cuont")
      assert.include(message, 'did you mean "count"?')
      assert.include(message, "8 |       from: twelve")
    })
  )
})

describe("matrix", () => {
  it.effect("makes an instance a combination, and gives whole texts the type of the axis", () =>
    Effect.gen(function* () {
      const { nodes } = yield* pipeline(`
a:
  uses: "./stages.ts#source"
  matrix: { n: [1, 2], where: [x, y] }
  with: { count: "\${n}", files: ["\${where}/\${n}.txt", "$\${n}"] }`)
      assert.deepStrictEqual(
        nodes.map(({ id }) => id),
        ["a[n=1,where=x]", "a[n=1,where=y]", "a[n=2,where=x]", "a[n=2,where=y]"]
      )
      assert.deepInclude(nodes[3]?.config, { count: 2, files: ["y/2.txt", "${n}"] })
    })
  )

  it.effect(
    "repeats a consumer for each instance, joined where ports share an axis, and gathers all in a many port",
    () =>
      Effect.gen(function* () {
        const { nodes } = yield* pipeline(`
a: { uses: "./stages.ts#source", matrix: { n: [1, 2] }, with: { count: "\${n}" } }
b: { uses: "./stages.ts#add", with: { by: "\${n}" }, in: { numbers: a } }
c: { uses: "./stages.ts#pair", in: { left: a, right: b }, matrix: { z: [p, q] } }
d: { uses: "./stages.ts#total", in: { lists: [c.numbers, b] } }`)
        const ids = nodes.map(({ id }) => id)
        assert.deepStrictEqual(ids.slice(2), [
          "b[n=1]",
          "b[n=2]",
          "c[n=1,z=p]",
          "c[n=1,z=q]",
          "c[n=2,z=p]",
          "c[n=2,z=q]",
          "d"
        ])
        assert.deepStrictEqual(nodes.find(({ id }) => id === "c[n=2,z=p]")?.inputs, {
          left: [{ from: "a[n=2]", output: "numbers" }],
          right: [{ from: "b[n=2]", output: "numbers" }]
        })
        assert.deepStrictEqual(
          nodes.at(-1)?.inputs["lists"]?.map(({ from }) => from),
          ["c[n=1,z=p]", "c[n=1,z=q]", "c[n=2,z=p]", "c[n=2,z=q]", "b[n=1]", "b[n=2]"]
        )
      })
  )

  it.effect("multiplies ports whose axes differ", () =>
    Effect.gen(function* () {
      const { nodes } = yield* pipeline(`
a: { uses: "./stages.ts#source", matrix: { n: [1, 2] }, with: { count: "\${n}" } }
b: { uses: "./stages.ts#source", matrix: { m: [1, 2] }, with: { count: "\${m}" } }
c: { uses: "./stages.ts#pair", in: { left: a, right: b } }`)
      assert.deepStrictEqual(
        nodes.filter(({ node }) => node === "c").map(({ id }) => id),
        ["c[n=1,m=1]", "c[n=1,m=2]", "c[n=2,m=1]", "c[n=2,m=2]"]
      )
    })
  )

  it.effect("refuses unknown axes, an axis that comes twice, and axes that never meet", () =>
    Effect.gen(function* () {
      const message = yield* messageOf(`
a: { uses: "./stages.ts#source", matrix: { size: [1, 2] }, with: { count: "\${sise}" } }
b: { uses: "./stages.ts#add", with: { by: 1 }, in: { numbers: a }, matrix: { size: [3] } }
c: { uses: "./stages.ts#source", with: { count: "\${x}" } }
d: { uses: "./stages.ts#source", matrix: { size: [5] } }
e: { uses: "./stages.ts#pair", in: { left: a, right: d } }
f: { uses: "./stages.ts#pair", in: { left: d, right: d }, matrix: { tag: [1, "1"] } }`)
      for (const part of [
        'node a has no axis "sise"',
        'did you mean "size"?',
        "axis size already comes from an input of b",
        'node c has no axis "x"',
        "it has no matrix and inherits none",
        "no instance of port right has the axis values",
        "two instances of f are called f[size=5,tag=1]"
      ]) {
        assert.include(message, part)
      }
    })
  )
})

describe("Pipeline.toMermaid", () => {
  it.effect("draws nodes and wires", () =>
    Effect.gen(function* () {
      const made = yield* pipeline(`
a: { uses: "./stages.ts#source" }
b: { uses: "./stages.ts#add", with: { by: 1 }, in: { numbers: a } }`)
      assert.strictEqual(
        Pipeline.toMermaid(made),
        [
          "flowchart TD",
          '  n0["a<br/><small>test#source</small>"]',
          '  n1["b<br/><small>test#add</small>"]',
          '  n0 -- "numbers" --> n1',
          ""
        ].join("\n")
      )
    })
  )
})

describe("Pipeline.load", () => {
  it.effect("says that a file is not there", () =>
    Effect.gen(function* () {
      const error = yield* Effect.flip(Pipeline.load("/nowhere/x.yaml"))
      assert.include(error.message, "/nowhere/x.yaml: cannot be read")
    })
  )

  it.effect("gives the same nodes from TypeScript as from YAML", () =>
    Effect.gen(function* () {
      const built = yield* Pipeline.load(path.join(folder, "built.ts"))
      const text = `
name: built
seed: 11
nodes:
  a: { uses: "./stages.ts#source", with: { count: 4 } }
  b:
    uses: "./stages.ts#add"
    matrix: { by: [1, 2] }
    with: { by: "\${by}", note: "adds \${by}" }
    in: { numbers: a }
    retries: 1
  c: { uses: "./stages.ts#total", in: { lists: [a, b.numbers] } }`
      const written = yield* PipelineFile.parse(text, path.join(folder, "built.ts")).pipe(
        Effect.flatMap(Pipeline.fromDefinition)
      )
      assert.deepStrictEqual(comparable(built), comparable(written))
    })
  )
})

const comparable = ({ nodes, name }: Pipeline.Pipeline) => ({
  name,
  nodes: nodes.map(({ stage, ...node }) => ({ ...node, stage: stage.name }))
})
