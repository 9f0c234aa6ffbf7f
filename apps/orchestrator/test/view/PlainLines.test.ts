import { describe, expect, it } from "vitest"
import * as PlainLines from "../../src/view/PlainLines.ts"
import { failed, finished, progressed, started } from "../events.ts"
import { recorder } from "../recorder.ts"

const lines = (text: string) => text.trimEnd().split("\n")

describe("the view for logs", () => {
  it("says when a stage starts and why, and how it ended", () => {
    const out = recorder(undefined)
    const view = PlainLines.make(out)
    view.on(finished("corpus", "hit"), 0)
    view.on(started("tokenizer"), 0)
    view.on(finished("tokenizer", "ran", 2500), 2500)
    view.on(failed("gpt", "resource", "no space"), 3000)
    view.on(finished("report", "blocked"), 3000)
    view.close()
    expect(lines(out.text())).toEqual([
      "corpus                     hit",
      "tokenizer                  run: first time",
      "tokenizer                  ran, 2.5 s",
      "gpt                        failed (resource): no space",
      "report                     blocked"
    ])
  })

  it("reports progress every ten seconds, not more often", () => {
    const out = recorder(undefined)
    const view = PlainLines.make(out)
    for (let at = 0; at <= 30_000; at += 100)
      view.on(progressed("gpt", { done: at / 100, total: 600, unit: "steps" }), at)
    expect(lines(out.text()).map((line) => line.split(",")[0])).toEqual([
      "gpt                        ███░░░░░░░░░░░░░ 100/600 steps",
      "gpt                        █████░░░░░░░░░░░ 200/600 steps",
      "gpt                        ████████░░░░░░░░ 300/600 steps"
    ])
  })

  it("passes on logs and warnings, but not what only a developer wants", () => {
    const out = recorder(undefined)
    const view = PlainLines.make(out)
    view.on({ type: "log", node: "gpt", level: "Debug", message: "hidden" }, 0)
    view.on({ type: "log", node: "gpt", level: "Info", message: "shown" }, 0)
    view.on({ type: "warning", message: "of the whole run" }, 0)
    expect(lines(out.text())).toEqual([
      "gpt                        shown",
      "warning                    of the whole run"
    ])
  })

  it("has no escape codes", () => {
    const out = recorder(undefined)
    const view = PlainLines.make(out)
    view.on(started("a"), 0)
    view.on(failed("a", "crashed", "x"), 0)
    view.close()
    expect(out.text()).not.toContain("\u001B")
  })
})
