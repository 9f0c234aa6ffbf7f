import { describe, expect, it } from "vitest"
import * as JsonLines from "../../src/view/JsonLines.ts"
import { failed, finished, progressed, started } from "../events.ts"
import { recorder } from "../recorder.ts"

describe("the view for programs", () => {
  it("is each event as one line of JSON, in order, whatever its texts hold", () => {
    const out = recorder(undefined)
    const view = JsonLines.make(out)
    const events = [
      started("论语"),
      progressed("论语", { done: 1, unit: "lines", note: 'a "quote"\nand a line' }),
      finished("论语", "ran", 5)
    ]
    for (const event of events) view.on(event, 0)
    view.close()
    const lines = out.text().trimEnd().split("\n")
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(events)
  })

  it("tells category, fact, problem and advice of a failure", () => {
    const out = recorder(undefined)
    JsonLines.make(out).on(failed("gpt", "resource", "no space"), 0)
    expect(JSON.parse(out.text())).toMatchObject({
      type: "node-finished",
      result: { id: "gpt", status: "failed", failure: { category: "resource", problem: "no space" } }
    })
  })
})
