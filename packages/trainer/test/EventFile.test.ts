import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { crc32c, masked } from "@inkstone/tensorflow/Crc32c"
import * as EventFile from "../src/EventFile.ts"
import { noPeers, scalarsOf, temporaryFolder } from "./peers.ts"

describe("crc32c", () => {
  it("gives the checksums of RFC 3720", () => {
    assert.strictEqual(crc32c(new Uint8Array(32)), 0x8a9136aa)
    assert.strictEqual(crc32c(new Uint8Array(32).fill(0xff)), 0x62a8ab43)
    assert.strictEqual(crc32c(Uint8Array.from({ length: 32 }, (_, i) => i)), 0x46dd794e)
    assert.strictEqual(crc32c(Uint8Array.from({ length: 32 }, (_, i) => 31 - i)), 0x113fdb5c)
    assert.strictEqual(crc32c(new TextEncoder().encode("123456789")), 0xe3069283)
  })

  it("masks as leveldb does", () => {
    // crc32c::Unmask of util/crc32c.h must give the checksum back
    const crc = crc32c(new TextEncoder().encode("foo"))
    const rotated = (masked(crc) - 0xa282ead8) >>> 0
    assert.strictEqual(((rotated >>> 17) | (rotated << 15)) >>> 0, crc)
    assert.notStrictEqual(masked(crc), crc)
  })
})

describe("EventFile", () => {
  it.effect.skipIf(noPeers !== "")(
    `is read by TensorBoard with equal values${noPeers}`,
    () =>
      Effect.gen(function* () {
        const directory = yield* temporaryFolder
        const events = yield* EventFile.open(directory, { firstStep: 1, wallSeconds: 1.7e9 })
        yield* events.scalars(1, 1.7e9 + 1, { "loss/train": 9.25, learning_rate: 1e-4 })
        yield* events.scalars(2, 1.7e9 + 2, {
          "loss/train": 8.5,
          learning_rate: 2e-4,
          tokens_per_second: 1e6
        })
        assert.deepStrictEqual(scalarsOf(directory), {
          learning_rate: [
            [1, Math.fround(1e-4)],
            [2, Math.fround(2e-4)]
          ],
          "loss/train": [
            [1, 9.25],
            [2, 8.5]
          ],
          tokens_per_second: [[2, 1e6]]
        })
      }),
    60_000
  )

  it.effect.skipIf(noPeers !== "")(
    `shows no step twice after a crash and a resume${noPeers}`,
    () =>
      Effect.gen(function* () {
        const directory = yield* temporaryFolder
        const first = yield* EventFile.open(directory, { firstStep: 1, wallSeconds: 1.7e9 })
        for (const step of [1, 2, 3, 4]) yield* first.scalars(step, 1.7e9 + step, { "loss/train": 10 - step })
        // killed in the middle of a record
        fs.truncateSync(first.path, fs.statSync(first.path).size - 5)
        const second = yield* EventFile.open(directory, { firstStep: 3, wallSeconds: 1.7e9 + 60 })
        for (const step of [3, 4, 5]) {
          yield* second.scalars(step, 1.7e9 + 60 + step, { "loss/train": 20 - step })
        }
        assert.deepStrictEqual(scalarsOf(directory), {
          "loss/train": [
            [1, 9],
            [2, 8],
            [3, 17],
            [4, 16],
            [5, 15]
          ]
        })
      }),
    60_000
  )
})
