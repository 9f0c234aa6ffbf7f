import { Series } from "@inkstone/trainer/events/Series"
import path from "node:path"
import { stripVTControlCharacters } from "node:util"
import { describe, expect, it } from "vitest"
import { temporary } from "../inkstone.ts"
import * as Width from "../../src/view/Width.ts"
import { page } from "../../src/watch/Page.ts"
import { standing } from "../../src/watch/Run.ts"
import { train, type Training } from "./runs.ts"

const now = 1.7e9
const plain = (text: string) => text
/** as a terminal takes it */
const colored = (text: string, ink: number) =>
  text.trim() === "" ? text : `\u001B[3${ink + 1}m${text}\u001B[0m`
const size = { columns: 100, rows: 40, nowSeconds: now, tags: [], paint: plain }

/** A run of that name in the folder. */
const runOf = async (folder: string, name: string, training: Omit<Training, "folder">) => {
  await train({ ...training, folder: path.join(folder, name) })
  const series = new Series(path.join(folder, name))
  series.update()
  return { name, series }
}

describe("where a run stands", () => {
  it("is its last step, its rate over the last points and what is left at that rate", async () => {
    await using folder = await temporary()
    const run = await runOf(folder.path, "gpt", {
      lastSeconds: now - 3,
      steps: 100,
      hparams: { steps: 400 },
      loss: () => 1
    })
    expect(standing(run, now)).toEqual({
      step: 100,
      total: 400,
      stepsPerSecond: 2,
      secondsLeft: 150,
      silentSeconds: 3,
      state: "running"
    })
    expect(standing(run, now + 600).state).toBe("silent")
  })

  it("is over when the run says so", async () => {
    await using folder = await temporary()
    const about = { lastSeconds: now, steps: 4, hparams: { steps: 4 }, loss: () => 1 }
    const done = await runOf(folder.path, "done", { ...about, ended: "success" })
    const failed = await runOf(folder.path, "failed", { ...about, ended: "failure" })
    expect(standing(done, now + 9999)).toMatchObject({ state: "done", step: 4 })
    expect(standing(done, now)).not.toHaveProperty("secondsLeft")
    expect(standing(failed, now).state).toBe("failed")
  })

  it("knows nothing of a total that the settings do not have", async () => {
    await using folder = await temporary()
    const run = await runOf(folder.path, "gpt", { lastSeconds: now, steps: 4, loss: () => 1 })
    expect(standing(run, now)).not.toHaveProperty("total")
    expect(standing(run, now)).not.toHaveProperty("secondsLeft")
  })
})

describe("the page", () => {
  it("has a line a run with its last values, and curves of training and validation in one chart", async () => {
    await using folder = await temporary()
    const run = await runOf(folder.path, "gpt[preset=nano]", {
      lastSeconds: now,
      steps: 100,
      hparams: { steps: 400 },
      loss: (step) => 4 - step / 100
    })
    const lines = page([run], size)
    expect(lines[0]).toBe("run                 step         loss   validation  best   rate    tokens/s")
    expect(lines[2]).toBe(
      "▶ gpt[preset=nano]  100/400 25%  3.000  3.500       3.500  9.8e-4  12.3 k    2:30 left"
    )
    expect(lines[4]).toBe("loss")
    expect(lines.filter((line) => line.endsWith("train 3.000"))).toHaveLength(1)
    expect(lines.filter((line) => line.endsWith("validation 3.500"))).toHaveLength(1)
    expect(
      lines.some((line) => line.startsWith("learning_rate ") && line.endsWith("tokens_per_second"))
    ).toBe(true)
  })

  it("draws several runs over each other, a chart a series, each named by its letter", async () => {
    await using folder = await temporary()
    const runs = [
      await runOf(folder.path, "a-run", { lastSeconds: now, steps: 20, loss: (step) => 4 - step / 20 }),
      await runOf(folder.path, "b-run", { lastSeconds: now, steps: 10, loss: (step) => 5 - step / 20 })
    ]
    const lines = page(runs, size)
    expect(lines[2]).toMatch(/^▶ a a-run /)
    expect(lines[3]).toMatch(/^▶ b b-run /)
    expect(lines[5]).toBe("loss/train")
    expect(lines.filter((line) => line.endsWith(" a 3.000"))).toHaveLength(1)
    expect(lines.filter((line) => line.endsWith(" b 4.500"))).toHaveLength(1)
    expect(lines.some((line) => line.startsWith("loss/validation"))).toBe(true)
  })

  it("of many runs lists the best first and says how many it leaves out", async () => {
    await using folder = await temporary()
    const runs = await Promise.all(
      Array.from({ length: 15 }, (_, i) =>
        runOf(folder.path, `trial-${i}`, { lastSeconds: now, steps: 10, loss: () => 20 - i })
      )
    )
    const lines = page(runs, size)
    expect(lines[2]).toMatch(/^▶ a trial-14 /)
    expect(lines[8]).toMatch(/^▶ trial-8 /)
    expect(lines[14]).toBe("… and 3 more")
  })

  it("shows the series that were asked for alone", async () => {
    await using folder = await temporary()
    const run = await runOf(folder.path, "gpt", { lastSeconds: now, steps: 20, loss: () => 1 })
    const lines = page([run], { ...size, tags: ["learning_rate"] })
    expect(lines[4]).toBe("learning_rate")
    expect(lines.some((line) => /^(loss|tokens)/.test(line))).toBe(false)
    expect(page([run], { ...size, tags: ["nothing"] }).at(-1)).toBe("no numbers yet")
  })

  it("fits the terminal, however small", async () => {
    await using folder = await temporary()
    const run = await runOf(folder.path, "a-node-with-quite-a-long-name", {
      lastSeconds: now,
      steps: 20,
      loss: () => 1
    })
    for (const columns of [40, 79, 80, 200])
      for (const rows of [14, 24, 60]) {
        const lines = page([run], { ...size, columns, rows })
        expect(lines.length).toBeLessThanOrEqual(rows)
        for (const line of lines) expect(Width.of(line), line).toBeLessThanOrEqual(columns)
      }
  })

  it("paints a run's line and its curve alike, and takes no columns for it", async () => {
    await using folder = await temporary()
    const runs = [
      await runOf(folder.path, "a-run", { lastSeconds: now, steps: 20, loss: (step) => 4 - step / 20 }),
      await runOf(folder.path, "b-run", { lastSeconds: now, steps: 10, loss: (step) => 5 - step / 20 })
    ]
    const lines = page(runs, { ...size, paint: colored })
    expect(lines[2]?.startsWith("\u001B[31m▶ a a-run ")).toBe(true)
    expect(lines[2]?.endsWith("\u001B[0m")).toBe(true)
    expect(lines.some((line) => line.endsWith("\u001B[32m b 4.500\u001B[0m"))).toBe(true)
    expect(lines.map(stripVTControlCharacters)).toEqual(page(runs, size))
  })
})
