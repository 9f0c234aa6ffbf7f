import path from "node:path"
import { describe, expect, it } from "vitest"
import { inkstone, jsonLines, temporary } from "./inkstone.ts"
import { train } from "./watch/runs.ts"

const soon = 60_000

describe("inkstone watch", () => {
  it(
    "says what to do where there is nothing to watch",
    async () => {
      await using store = await temporary()
      const { code, stderr, stdout } = await inkstone(["watch", "--store", store.path])
      expect(code).toBe(3)
      expect(stdout).toBe("")
      expect(stderr).toContain("nothing to watch: no training has written anything in")
      expect(stderr).toContain("inkstone run PIPELINE.yaml")
    },
    soon
  )

  it(
    "shows a folder once where its output is no terminal, without colours or control characters",
    async () => {
      await using folder = await temporary()
      const now = Date.now() / 1000
      await train({
        folder: path.join(folder.path, "gpt"),
        lastSeconds: now,
        steps: 40,
        loss: (step) => 9 - step / 8
      })
      const { code, stdout } = await inkstone(["watch", folder.path])
      expect(code).toBe(0)
      expect(stdout).toMatch(/^run +step +loss/)
      expect(stdout).toContain("▶ gpt  40    4.000")
      expect(stdout).not.toContain("\u001B")
    },
    soon
  )

  it(
    "follows a run that goes on, as JSON, until Ctrl-C",
    async () => {
      await using folder = await temporary()
      const now = Date.now() / 1000
      const place = path.join(folder.path, "gpt")
      const about = { lastSeconds: now, hparams: { steps: 8 }, loss: (step: number) => step }
      await train({ ...about, folder: place, steps: 2 })
      let more: Promise<void> | undefined
      const ended = await inkstone(
        ["watch", folder.path, "--json", "--every", "0.1", "--tags", "loss"],
        (stdout, child) => {
          // each attempt of a run has a file of its own
          more ??= train({ ...about, folder: place, steps: 4 })
          if (stdout.includes('"step":4')) child.kill("SIGINT")
        }
      )
      await more
      expect(ended.code).toBe(130)
      const seen = ended.stdout.split("\n").filter((line) => line.includes('"type":"watch"'))
      const [run] = JSON.parse(seen.at(-1)!).runs
      expect(run).toMatchObject({ name: "gpt", step: 4, total: 8, state: "running", hparams: { steps: 8 } })
      expect(run.series).toEqual({ "loss/train": { steps: [1, 2, 3, 4], values: [1, 2, 3, 4] } })
      expect(jsonLines(ended).at(-1)).toMatchObject({ type: "error", exitCode: 130 })
    },
    soon
  )
})
