// The ready pipelines, whole, as a user runs them.
import { stat } from "node:fs/promises"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { digestsOf, inkstone, linesOf, reportOf, resultOf, temporary } from "./support/Cli.ts"

const minutes = 60_000
let folder: Awaited<ReturnType<typeof temporary>>
beforeAll(async () => {
  folder = await temporary()
})
afterAll(() => folder[Symbol.asyncDispose]())

const smoke = (store: string, ...more: ReadonlyArray<string>) =>
  inkstone([
    "run",
    "pipelines/smoke.yaml",
    "--json",
    "--store",
    join(folder.path, store),
    "--out",
    join(folder.path, "out"),
    ...more
  ])

const write = (seed: string, model = "gpt[preset=nano]") =>
  inkstone([
    "generate",
    model,
    "--prompt",
    "Call me",
    "--max-tokens",
    "12",
    "--seed",
    seed,
    "--store",
    join(folder.path, "one")
  ])

describe("the smoke pipeline", () => {
  it(
    "goes from raw text to a recommendation, and says the same again in another store",
    { timeout: 5 * minutes },
    async () => {
      const first = await smoke("one")
      expect(first.code, first.stderr).toBe(0)
      const nodes = resultOf(first)
      expect(nodes.map(({ status }) => status)).toEqual(nodes.map(() => "ran"))
      const { files, models, recommendation } = reportOf(first)
      expect(models.map(({ model }) => model)).toContain(recommendation)
      for (const file of files) expect((await stat(file)).size).toBeGreaterThan(1000)
      const second = await smoke("two")
      expect(digestsOf(resultOf(second))).toEqual(digestsOf(nodes))
    }
  )

  it("is all hits when started again, and plan says so before", { timeout: minutes }, async () => {
    const planned = await inkstone([
      "plan",
      "pipelines/smoke.yaml",
      "--json",
      "--store",
      join(folder.path, "one")
    ])
    const { nodes }: { nodes: ReadonlyArray<{ decision: string }> } = JSON.parse(planned.stdout)
    expect(new Set(nodes.map(({ decision }) => decision))).toEqual(new Set(["hit"]))
    const again = await smoke("one")
    expect(new Set(resultOf(again).map(({ status }) => status))).toEqual(new Set(["hit"]))
  })

  it("runs again what it is forced to, and nothing else", { timeout: minutes }, async () => {
    const forced = await smoke("one", "--force", "report")
    const ran = resultOf(forced).filter(({ status }) => status === "ran")
    expect(ran.map(({ id }) => id)).toEqual(["report"])
    const planned = linesOf(forced).find((line) => line.type === "planned")
    expect(planned?.type === "planned" && planned.nodes.find(({ id }) => id === "report")?.because).toBe(
      "forced"
    )
  })

  it("leaves models that write, the same text for the same seed", { timeout: minutes }, async () => {
    const [one, again, other, counted] = await Promise.all([
      write("1"),
      write("1"),
      write("2"),
      write("1", "ngram")
    ])
    expect(one.code, one.stderr).toBe(0)
    expect(one.stdout.startsWith("Call me")).toBe(true)
    expect(again.stdout).toBe(one.stdout)
    expect(other.stdout).not.toBe(one.stdout)
    expect(counted.stdout.length).toBeGreaterThan("Call me\n".length)
  })
})

describe("every ready pipeline", () => {
  it.each([
    ["first-book", /corpus[^]*report/],
    ["smoke", /corpus[^]*report/],
    ["lunyu", /corpus[^]*report/],
    ["clean-zh-en", /mails[^]*card[^]*tokenizers/]
  ] as const)("%s can be planned and drawn", { timeout: minutes }, async (name, nodes) => {
    const planned = await inkstone(["plan", `pipelines/${name}.yaml`, "--store", join(folder.path, "empty")])
    expect(planned.code, planned.stderr).toBe(0)
    const drawn = await inkstone(["graph", `pipelines/${name}.yaml`])
    expect(drawn.stdout).toMatch(/^flowchart TD\n/)
    expect(drawn.stdout).toMatch(nodes)
  })
})
