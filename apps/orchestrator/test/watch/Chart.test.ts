import { describe, expect, it } from "vitest"
import * as Width from "../../src/view/Width.ts"
import { Canvas } from "../../src/watch/Canvas.ts"
import { chart, type Curve, figure } from "../../src/watch/Chart.ts"

const plain = (text: string) => text
const curve = (values: ReadonlyArray<number>, name = "t"): Curve => ({
  name,
  ink: 1,
  steps: values.map((_, i) => i + 1),
  values
})

describe("a canvas", () => {
  it("sets the dots of Braille characters by column and row", () => {
    const canvas = new Canvas(2, 1)
    canvas.dot(0, 0, 1)
    canvas.dot(3, 3, 1)
    expect(canvas.lines(plain)).toEqual(["⠁⢀"])
    canvas.line([0, 0], [0, 3], 1)
    canvas.line([3, 0], [3, 3], 1)
    expect(canvas.lines(plain)).toEqual(["⡇⢸"])
  })

  it("leaves out what lies outside", () => {
    const canvas = new Canvas(1, 1)
    for (const [x, y] of [
      [-1, 0],
      [2, 0],
      [0, -1],
      [0, 4]
    ] as const)
      canvas.dot(x, y, 1)
    expect(canvas.lines(plain)).toEqual([" "])
  })

  it("paints neighbours of one ink in one go", () => {
    const canvas = new Canvas(4, 1)
    canvas.line([0, 0], [3, 0], 1)
    canvas.line([4, 0], [7, 0], 2)
    expect(canvas.lines((text, ink) => (text === "" ? "" : `<${ink}:${text}>`))).toEqual(["<1:⠉⠉><2:⠉⠉>"])
  })
})

describe("a chart", () => {
  it("draws a falling line from the upper left to the lower right, with both ranges", () => {
    const lines = chart([curve([8, 6, 4, 2])], { title: "loss", columns: 26, rows: 7, paint: plain })
    // 16 dots on 16 dots: the diagonal
    expect(lines.map((line) => line.trimEnd())).toEqual([
      "loss",
      "   8.000 ┤⠑⢄",
      "         │  ⠑⢄",
      "         │    ⠑⢄",
      "   2.000 ┤      ⠑⢄ t 2.000",
      "         └────────",
      "          1      4"
    ])
  })

  it("has as many lines as it was given and none too wide, whatever the data and the size", () => {
    for (const columns of [20, 40, 91])
      for (const rows of [4, 7, 20])
        for (const values of [[], [1], [3, 3, 3], [1e-9, 2e9], [Number.NaN, 1, Infinity], [-5, 5]]) {
          const lines = chart([curve(values), curve([1, 2], "a name of some length 论语")], {
            title: "loss of a training that has a long title",
            columns,
            rows,
            paint: plain
          })
          expect(lines).toHaveLength(rows)
          for (const line of lines) expect(Width.of(line), line).toBeLessThanOrEqual(columns)
        }
  })

  it("shows thousands of points by their means: scatter around a level is a level", () => {
    const values = Array.from({ length: 10_000 }, (_, i) => 5 + (i % 2 === 0 ? 1 : -1))
    const lines = chart([curve(values)], { title: "loss", columns: 60, rows: 9, paint: plain })
    // the means of even windows are 5.000; a window of odd length is off by little
    expect(lines.filter((line) => /[\u2801-\u28FF]/.test(line)).length).toBeLessThanOrEqual(6)
    expect(lines[1]).toContain("5.0")
  })

  it("names each curve where it ends, on a row of its own", () => {
    const lines = chart([curve([1, 2], "a"), curve([1, 2], "b"), curve([2, 1], "c")], {
      title: "",
      columns: 40,
      rows: 9,
      paint: plain
    })
    for (const name of ["a", "b", "c"])
      expect(lines.filter((line) => line.includes(` ${name} `))).toHaveLength(1)
    expect(lines.findIndex((line) => line.includes(" a 2.000"))).toBe(1)
    expect(lines.findIndex((line) => line.includes(" c 1.000"))).toBe(6)
  })
})

describe("a figure", () => {
  it("has four digits or a power", () => {
    expect([3.21449, 0.083124, 0.0003, 12_300.4, 12_345_678, 0, -2].map(figure)).toEqual([
      "3.214",
      "0.08312",
      "3.0e-4",
      "12300",
      "1.2e+7",
      "0",
      "-2.000"
    ])
  })
})
