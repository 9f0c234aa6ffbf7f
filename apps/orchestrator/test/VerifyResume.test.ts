// `inkstone verify-resume` from outside, on a stage that keeps its promise and one that does not.
import { existsSync } from "node:fs"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { moments } from "../src/verify/Moments.ts"
import { fixture, inkstone, jsonLines, temporary } from "./inkstone.ts"

const minute = 60_000

describe("inkstone verify-resume", () => {
  it(
    "finds equal what goes on exactly, after a stop and after kill -9, and leaves nothing behind",
    { timeout: 3 * minute },
    async () => {
      await using folder = await temporary()
      const words = ["verify-resume", fixture("counting.yaml"), "--store", folder.path, "--steps", "4"]
      const { code, stderr, stdout } = await inkstone([...words, "--kills", "2"])
      expect(code, stderr).toBe(0)
      expect(stdout).toMatch(/count: 10 steps; stopped at 4; killed [12] times/)
      expect(stdout).toMatch(/ledger: whole artifact +([0-9a-f]{12}) +\1 +\1 +yes/)
      expect(existsSync(path.join(folder.path, "verify"))).toBe(false)
    }
  )

  it("names what is not equal, with exit code 3", { timeout: 3 * minute }, async () => {
    await using folder = await temporary()
    const words = ["verify-resume", fixture("forgetful.yaml"), "--store", folder.path, "--kills", "1"]
    const ended = await inkstone([...words, "--json"])
    expect(ended.code, ended.stderr).toBe(3)
    const proof = jsonLines(ended).find(({ type }) => type === "verify-resume")
    expect(proof).toMatchObject({ equal: false, stoppedAt: 5 })
    expect(proof?.["parts"]).toContainEqual(
      expect.objectContaining({ what: "ledger: whole artifact", equal: false })
    )
  })

  it("says where there is no training", { timeout: minute }, async () => {
    const { code, stderr } = await inkstone(["verify-resume", fixture("slow.yaml")])
    expect(code).toBe(2)
    expect(stderr).toMatch(/slow has no training that goes on from checkpoints. It has none/)
  })
})

describe("moments", () => {
  const timing = { steps: 100, first: 500, all: 2500 }

  it("follow from the seed, lie within the training and go forward", () => {
    const one = moments(timing, { kills: 20, seed: 7 })
    expect(one).toEqual(moments(timing, { kills: 20, seed: 7 }))
    expect(one).not.toEqual(moments(timing, { kills: 20, seed: 8 }))
    const places = one.map(({ done }) => done).filter((done) => done > 0)
    expect(places).toEqual(places.toSorted((a, b) => a - b))
    expect(Math.max(...places)).toBeLessThanOrEqual(90)
    // one in five while the process starts
    expect(one.filter(({ done, millis }) => done === 0 && millis < 500)).toHaveLength(4)
  })
})
