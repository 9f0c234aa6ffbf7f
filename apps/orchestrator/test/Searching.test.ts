// A search from the command line: run, ranked, and what is said where there is none.
import { writeFile } from "node:fs/promises"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { fixture, inkstone, jsonLines, temporary } from "./inkstone.ts"

const timeout = 60_000

const pipeline = `name: counted
profiles:
  one: { counts: { search: { space: { forgets: [false] } } } }
nodes:
  counts:
    uses: "${fixture("slow.ts")}#counting"
    search:
      method: grid
      space: { forgets: [true, false] }
      objective: { attribute: read, mode: max }
`

describe("inkstone search show", () => {
  it("ranks what a run has made, and says before it what is open", { timeout }, async () => {
    await using folder = await temporary()
    const file = path.join(folder.path, "counted.yaml")
    await writeFile(file, pipeline)
    const store = ["--store", path.join(folder.path, "store")]
    const [before] = jsonLines(
      await inkstone(["search", "show", file, "--profile", "one", "--json", ...store])
    )
    expect(before).toMatchObject({
      type: "search",
      id: "counts",
      open: ["1 of 1 trials are open"],
      trials: [{ trial: 1, values: { forgets: false }, status: "open", milliseconds: 0 }]
    })
    const ran = await inkstone(["run", file, ...store])
    expect(ran.code).toBe(0)
    expect(ran.stdout).toContain("trial 1 of 2: read 10 with forgets=true")
    const { code, stdout } = await inkstone(["search", "show", file, ...store])
    expect(code).toBe(0)
    expect(stdout).toContain("counts: grid, 2 trials, by read of counts.ledger, more is better")
    expect(stdout).toMatch(/^1 +1 +10 +true +[\d.]+ s +best$/m)
    expect(stdout).toContain("best, to paste below with:\n  forgets: true\n")
  })

  it("says that a pipeline has no search", { timeout }, async () => {
    const { code, stderr } = await inkstone(["search", "show", fixture("slow.yaml")])
    expect(code).toBe(2)
    expect(stderr).toContain("has no search: give a node one, see docs/search.md")
  })
})
