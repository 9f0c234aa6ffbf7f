import { describe, expect, it } from "vitest"
import { Meter } from "../../src/view/Meter.ts"
import * as Words from "../../src/view/Words.ts"

describe("a quantity", () => {
  it.each([
    [0, "0"],
    [42, "42"],
    [9999, "9999"],
    [10_000, "10.0 k"],
    [1_234_567, "1.23 M"],
    [999_999, "1.00 M"],
    [999_999_999, "1.00 G"],
    [5.3e12, "5.30 T"],
    [8.126, "8.13"],
    [0.012_345, "0.0123"],
    [1234.5, "1230"],
    [9999.9, "10.0 k"]
  ])("%d is %s", (n, text) => {
    expect(Words.quantity(n)).toBe(text)
  })
})

describe("a time", () => {
  it.each([
    [0, "0 ms"],
    [850.4, "850 ms"],
    [999.7, "1.0 s"],
    [12_345, "12.3 s"],
    [59_999, "1:00 min"],
    [123_456, "2:03 min"],
    [3_723_000, "1:02:03 min"]
  ])("%d ms took %s", (milliseconds, text) => {
    expect(Words.took(milliseconds)).toBe(text)
  })

  it.each([
    [0, "0:00"],
    [59.6, "1:00"],
    [83, "1:23"],
    [3600, "1:00:00"]
  ])("%d s on the clock is %s", (seconds, text) => {
    expect(Words.clock(seconds)).toBe(text)
  })
})

describe("the words on progress", () => {
  it("say done, total, rate, time left and the note", () => {
    const meter = new Meter()
    meter.update(0, 0)
    meter.update(100, 10_000)
    expect(Words.progress({ done: 100, total: 400, unit: "steps", note: "loss 4.21" }, meter)).toBe(
      "████░░░░░░░░░░░░ 100/400 steps, 10 steps/s, 0:30 left, loss 4.21"
    )
  })

  it("leave out what is not known", () => {
    expect(Words.progress({ done: 3, unit: "documents" }, new Meter())).toBe("3 documents")
  })

  it("stay inside the bar when a stage counts past its total or has none to count", () => {
    expect(Words.progress({ done: 5, total: 4, unit: "files" }, new Meter())).toBe(
      "████████████████ 5/4 files"
    )
    expect(Words.progress({ done: 0, total: 0, unit: "files" }, new Meter())).toBe("0/0 files")
  })
})
