import { assert, describe, it } from "@effect/vitest"
import * as Philox from "../src/Philox.ts"

describe("Philox", () => {
  // kat_vectors of the Random123 distribution, lines "philox4x32 10"
  it.each([
    [
      [0, 0, 0, 0],
      [0, 0],
      [0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8]
    ],
    [
      [0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff],
      [0xffffffff, 0xffffffff],
      [0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd]
    ],
    [
      [0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344],
      [0xa4093822, 0x299f31d0],
      [0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1]
    ]
  ] as const)("gives the published words for counter %j under key %j", (counter, key, words) => {
    assert.deepStrictEqual(Philox.block(counter, key), words)
  })

  it("spreads evenly over [0, 1) and differs by seed, row and position", () => {
    const draws = Array.from({ length: 4000 }, (_, position) => Philox.uniform(7, { row: 3, position }))
    assert.isTrue(draws.every((draw) => draw >= 0 && draw < 1))
    const mean = draws.reduce((a, b) => a + b) / draws.length
    assert.approximately(mean, 0.5, 5 / Math.sqrt(12 * draws.length)) // five standard errors
    const [seed, row, position] = [
      Philox.uniform(8, { row: 3, position: 0 }),
      Philox.uniform(7, { row: 4, position: 0 }),
      draws[1]
    ]
    assert.strictEqual(new Set([draws[0], seed, row, position]).size, 4)
    assert.notStrictEqual(
      Philox.uniform(1, { row: 0, position: 0 }),
      Philox.uniform(1 + 2 ** 32, { row: 0, position: 0 }),
      "seeds above 32 bits count"
    )
  })
})
