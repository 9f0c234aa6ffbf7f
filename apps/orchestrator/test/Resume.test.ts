// `inkstone resume` from outside: a run is killed, and gone on with.
import { readdirSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { fixture, inkstone, jsonLines, temporary } from "./inkstone.ts"

const minute = 60_000
const counting = fixture("counting.yaml")

/** Kills the process of the run, and of its stage, once the stage has counted to 3. */
const killedRun = (words: ReadonlyArray<string>) => {
  const counted: Array<string> = []
  return inkstone([...words, "--json"], (stdout, child) => {
    if (counted.length > 0 || !/"done":[3-9],"total":10/.test(stdout)) return
    counted.push(stdout)
    child.kill("SIGKILL")
  })
}

describe("inkstone resume", () => {
  it(
    "goes on with a run that was killed, says from where, and does it once",
    { timeout: 2 * minute },
    async () => {
      await using folder = await temporary()
      const store = path.join(folder.path, "store")
      const at = ["--store", store]
      const killed = await killedRun(["run", counting, ...at])
      expect(killed.code).toBeNull()
      expect(readdirSync(path.join(store, "runs"))).toHaveLength(1)
      // by the store alone: which pipeline it was is remembered
      const resumed = await inkstone(["resume", "--json", ...at])
      expect(resumed.code, resumed.stderr).toBe(0)
      const [said, ...events] = jsonLines(resumed)
      expect(said).toMatchObject({
        type: "resume",
        pipeline: "counting",
        nodes: [{ id: "count", state: "goes on", from: { total: 10, unit: "counts" } }]
      })
      expect(events.at(-1)).toMatchObject({ type: "run-finished", result: { status: "done" } })
      expect(readdirSync(path.join(store, "runs"))).toEqual([])
      const again = await inkstone(["resume", ...at])
      expect([again.code, again.stdout]).toEqual([2, ""])
      expect(again.stderr).toMatch(/no run of .* was cut off: there is nothing to go on with/)
      const named = await inkstone(["resume", counting, ...at])
      expect(named.stderr).toMatch(/everything that counting makes is there/)
    }
  )

  it(
    "refuses politely what was never started, and a run that nobody knows",
    { timeout: minute },
    async () => {
      await using folder = await temporary()
      const at = ["--store", path.join(folder.path, "store")]
      const fresh = await inkstone(["resume", counting, ...at])
      expect(fresh.code).toBe(2)
      expect(fresh.stderr).toMatch(
        /counting was never started in .*: inkstone run .*counting\.yaml starts it/
      )
      const unknown = await inkstone(["resume", "20260101T000000Z-abcd", ...at])
      expect(unknown.code).toBe(2)
      expect(unknown.stderr).toMatch(/neither a pipeline file nor a run that was cut off. There is none/)
    }
  )
})
