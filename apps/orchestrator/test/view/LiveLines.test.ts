import { describe, expect, it } from "vitest"
import * as LiveLines from "../../src/view/LiveLines.ts"
import * as Width from "../../src/view/Width.ts"
import { failed, finished, progressed, started } from "../events.ts"
import { recorder } from "../recorder.ts"

const without = (lines: ReadonlyArray<string>) => lines.filter((line) => line !== "")

describe("the live view", () => {
  it("hides the cursor and gives it back, erasing the lines of what still ran", () => {
    const out = recorder(80)
    const view = LiveLines.make(out)
    expect(out.text()).toBe("\u001B[?25l")
    view.on(started("corpus"), 0)
    view.close()
    expect(out.text().endsWith("\u001B[?25h")).toBe(true)
    expect(without(out.screen())).toEqual([])
  })

  it("draws one line for each stage that runs, and erases exactly these before it draws again", () => {
    const out = recorder(80)
    const view = LiveLines.make(out)
    view.on(started("ngram"), 0)
    view.on(started("gpt"), 0)
    expect(without(out.screen()).map((line) => line.slice(2).trimEnd())).toEqual([
      "ngram                      running, 0:00",
      "gpt                        running, 0:00"
    ])
    const before = out.text().length
    view.on(progressed("gpt", { done: 120, total: 400, unit: "steps" }), 5000)
    expect(out.text().slice(before).startsWith("\u001B[2A\u001B[0J")).toBe(true)
    expect(without(out.screen()).map((line) => line.slice(2))).toEqual([
      "ngram                      running, 0:05",
      "gpt                        █████░░░░░░░░░░░ 120/400 steps"
    ])
    view.on(finished("ngram", "ran", 1234), 6000)
    expect(without(out.screen())).toEqual([
      "✓ ngram                      ran, 1.2 s",
      expect.stringMatching(/^. gpt +█+░+ 120\/400 steps$/)
    ])
  })

  it("puts a note that has no room behind the numbers on a line of its own, and erases both", () => {
    const note = "loss 3.214 ↓, validation 3.401 (best 3.380 at 300)"
    const progress = { done: 120, total: 400, unit: "steps", note }
    const lines = (columns: number) => {
      const out = recorder(columns)
      const view = LiveLines.make(out)
      view.on(started("gpt"), 0)
      view.on(progressed("gpt", progress), 1000)
      view.on(progressed("gpt", progress), 2000)
      return without(out.screen()).map((line) => line.slice(2))
    }
    const numbers = "gpt                        █████░░░░░░░░░░░ 120/400 steps"
    expect(lines(130)).toEqual([`${numbers}, ${note}`])
    expect(lines(90)).toEqual([numbers, `                           ${note}`])
    expect(lines(70)).toEqual([numbers, `                 ${note}`])
    expect(lines(40).map((line) => line.length)).toEqual([37, 37])
  })

  it("lets finished stages, failures and warnings scroll up above those that run", () => {
    const out = recorder(80)
    const view = LiveLines.make(out)
    view.on(finished("corpus", "hit"), 0)
    view.on(started("tokens"), 0)
    view.on({ type: "warning", node: "tokens", message: "few documents" }, 1)
    view.on({ type: "log", node: "tokens", level: "Info", message: "not for the terminal" }, 2)
    view.on(failed("tokens", "data", "tokens: no document\nat all"), 3)
    view.on(finished("gpt", "blocked"), 4)
    view.close()
    expect(without(out.screen())).toEqual([
      "✓ corpus                     hit",
      "! tokens                     few documents",
      "✗ tokens                     failed (data): tokens: no document",
      "at all",
      "– gpt                        blocked"
    ])
  })

  it("shows the preparation of a library as a line of its own, until it is finished", () => {
    const out = recorder(80)
    const view = LiveLines.make(out)
    const progress = { done: 5e6, total: 2e8, unit: "bytes" }
    view.on({ type: "prepare-progress", stage: "trainer", progress }, 1000)
    expect(without(out.screen())).toEqual([
      expect.stringMatching(/ prepare trainer +░+ 5\.00 M\/200 M bytes/)
    ])
    view.on({ type: "prepare-finished", stage: "trainer" }, 2000)
    expect(without(out.screen())).toEqual([])
  })

  it("redraws at most ten times a second, and moves the clock of silent stages on", () => {
    const out = recorder(80)
    const view = LiveLines.make(out)
    view.on(started("gpt"), 0)
    const before = out.text().length
    for (let at = 1; at < 100; at++) view.on(progressed("gpt", { done: at, unit: "steps" }), at)
    view.tick(99)
    expect(out.text().length).toBe(before)
    view.on(started("ngram"), 200)
    view.tick(61_200)
    expect(without(out.screen())[1]).toMatch(/ngram +running, 1:01/)
  })

  it("writes nothing on a tick when nothing runs", () => {
    const out = recorder(80)
    const view = LiveLines.make(out)
    view.on(started("gpt"), 0)
    view.on(finished("gpt", "ran"), 10)
    const before = out.text().length
    view.tick(10_000)
    expect(out.text().length).toBe(before)
  })

  it("keeps numbers and note of a running stage to one line each, whatever it is called and says", () => {
    const columns = 40
    const out = recorder(columns)
    const view = LiveLines.make(out)
    const note = "学而时习之，不亦说乎？\n有朋自远方来\u001B[2J"
    view.on(started("论语[编=学而第一]"), 0)
    view.on(progressed("论语[编=学而第一]", { done: 1, unit: "篇", note }), 1000)
    const lines = without(out.screen())
    expect(lines.length).toBe(2)
    for (const line of lines) expect(Width.of(line)).toBeLessThan(columns)
    expect(Width.of(lines[1]!)).toBeGreaterThan(columns - 4)
    // aligned although each Han character takes two columns
    expect(Width.of(lines[0]!.slice(0, lines[0]!.indexOf("1 篇")))).toBe(2 + 26 + 1)
  })
})
