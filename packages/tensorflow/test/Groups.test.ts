import { describe, expect, it } from "vitest"
import { grouped } from "../src/Groups.ts"

const megabytes = (size: number) => size * 2 ** 20

describe("grouped", () => {
  it("keeps every item, in order, in runs of no more than 64 MB", () => {
    expect(grouped([30, 30, 30, 5], megabytes)).toEqual([
      [30, 30],
      [30, 5]
    ])
  })
  it("gives a larger item a run of its own", () => {
    expect(grouped([1, 100, 1], megabytes)).toEqual([[1], [100], [1]])
  })
  it("makes no run of nothing", () => {
    expect(grouped([], megabytes)).toEqual([])
  })
})
