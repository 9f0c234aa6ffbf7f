// The bytes of events taken apart by hand, without TensorBoard: field numbers from tensorboard/compat/proto/*.proto.
import { assert, describe, it } from "@effect/vitest"
import * as EventFile from "@inkstone/trainer/EventFile"
import { Effect } from "effect"
import { createHash } from "node:crypto"
import * as fs from "node:fs"
import { temporaryFolder } from "./peers.ts"

/** What follows, as `tag: value` in the order of the bytes; a length-delimited field as the hex of its bytes. */
const fieldsOf = (bytes: Uint8Array): ReadonlyArray<readonly [number, number | Uint8Array]> => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const found: Array<readonly [number, number | Uint8Array]> = []
  let at = 0
  const varint = () => {
    let value = 0
    for (let scale = 1; ; scale *= 128) {
      const byte = bytes[at++]!
      value += (byte & 127) * scale
      if (byte < 128) return value
    }
  }
  while (at < bytes.length) {
    const tag = varint()
    const field = tag >> 3
    if ((tag & 7) === 0) found.push([field, varint()])
    else if ((tag & 7) === 1) found.push([field, view.getFloat64((at += 8) - 8, true)])
    else if ((tag & 7) === 5) found.push([field, view.getFloat32((at += 4) - 4, true)])
    else {
      const length = varint()
      found.push([field, bytes.subarray(at, (at += length))])
    }
  }
  return found
}

/** The bytes of a field in a message in a message, the first of each number. */
const within = (bytes: Uint8Array, ...path: ReadonlyArray<number>): Uint8Array =>
  path.reduce((message, wanted) => {
    const [, inner] = fieldsOf(message).find(([field]) => field === wanted) ?? []
    if (!(inner instanceof Uint8Array)) throw new Error(`no field ${wanted}`)
    return inner
  }, bytes)

const textOf = (bytes: Uint8Array) => new TextDecoder().decode(bytes)

/** Data of the records of a file, by their lengths alone. */
const recordsOf = (file: string): ReadonlyArray<Uint8Array> => {
  const bytes = fs.readFileSync(file)
  const found: Array<Uint8Array> = []
  for (let at = 0; at < bytes.length;) {
    const length = Number(bytes.readBigUInt64LE(at))
    found.push(Uint8Array.from(bytes.subarray(at + 12, at + 12 + length)))
    at += length + 16
  }
  return found
}

const written = (write: (events: EventFile.EventFile) => ReturnType<EventFile.EventFile["scalars"]>) =>
  Effect.gen(function* () {
    const folder = yield* temporaryFolder
    const events = yield* EventFile.open(folder, { firstStep: 3, wallSeconds: 2 })
    yield* write(events)
    return { bytes: fs.readFileSync(events.path), records: recordsOf(events.path) }
  })

describe("the bytes of an event file", () => {
  it.effect("are known to the last one", () =>
    Effect.gen(function* () {
      const { bytes } = yield* written((events) => events.scalars(3, 2.5, { a: 1 }))
      const hex = bytes.toString("hex")
      const [version, restart, scalar] = [
        // wall_time 2.0, step 0, file_version
        `09 0000000000000040 1000 1a0d ${Buffer.from("brain.Event:2").toString("hex")}`,
        // wall_time 2.0, step 3, session_log { status: START }
        "09 0000000000000040 1003 3a02 0801",
        // wall_time 2.5, step 3, summary { value { tag: "a", simple_value: 1.0 } }
        "09 0000000000000440 1003 2a0a 0a08 0a0161 150000803f"
      ].map((spaced) => spaced.replaceAll(" ", ""))
      for (const data of [version!, restart!, scalar!]) {
        const length = Buffer.alloc(8)
        length.writeBigUInt64LE(BigInt(data.length / 2))
        assert.include(hex, length.toString("hex"))
        assert.include(hex, data)
      }
      assert.strictEqual(bytes.length, 16 * 3 + (version!.length + restart!.length + scalar!.length) / 2)
      // checksums included: TensorBoard has read these very bytes, see EventFile.test.ts
      assert.strictEqual(createHash("sha256").update(bytes).digest("hex").slice(0, 16), "fd7d25c438e70ab8")
    })
  )

  it.effect("of a histogram are a tensor of 30 rows for the plugin histograms", () =>
    Effect.gen(function* () {
      const { records } = yield* written((events) =>
        events.histograms(7, 2.5, { w: Float32Array.of(0, 15, 30) })
      )
      const event = records[2]!
      assert.deepStrictEqual(fieldsOf(event).slice(0, 2), [
        [1, 2.5],
        [2, 7]
      ])
      assert.strictEqual(textOf(within(event, 5, 1, 1)), "w")
      assert.strictEqual(textOf(within(event, 5, 1, 9, 1, 1)), "histograms")
      const tensor = within(event, 5, 1, 8)
      assert.deepStrictEqual(
        fieldsOf(within(tensor, 2)).map(([, dim]) => (dim instanceof Uint8Array ? fieldsOf(dim) : dim)),
        [[[1, 30]], [[1, 3]]]
      )
      const content = Uint8Array.from(within(tensor, 4))
      const rows = new Float64Array(content.buffer)
      assert.deepStrictEqual(Array.from(rows.subarray(0, 6)), [0, 1, 1, 1, 2, 0])
      assert.deepStrictEqual(Array.from(rows.subarray(45, 48)), [15, 16, 1])
      assert.deepStrictEqual(Array.from(rows.subarray(87)), [29, 30, 1])
    })
  )

  it.effect("of a text are a scalar string for the plugin text", () =>
    Effect.gen(function* () {
      const { records } = yield* written((events) => events.texts(7, 2.5, { "sample/1": "从前" }))
      const event = records[2]!
      assert.strictEqual(textOf(within(event, 5, 1, 9, 1, 1)), "text")
      const tensor = within(event, 5, 1, 8)
      // DT_STRING, no dimensions
      assert.deepStrictEqual(fieldsOf(tensor)[0], [1, 7])
      assert.strictEqual(within(tensor, 2).length, 0)
      assert.strictEqual(textOf(within(tensor, 8)), "从前")
    })
  )

  it.effect("of a run's settings and of its end are in the plugin hparams", () =>
    Effect.gen(function* () {
      const { records } = yield* written((events) =>
        Effect.andThen(
          events.started(2, { rate: 0.5, name: "lion", fused: true }),
          events.ended(9, "failure")
        )
      )
      const [start, end] = records.slice(2)
      assert.strictEqual(textOf(within(start!, 5, 1, 1)), "_hparams_/session_start_info")
      const entries = fieldsOf(within(start!, 5, 1, 9, 1, 2, 3)).flatMap(([field, entry]) =>
        field === 1 && entry instanceof Uint8Array
          ? [[textOf(within(entry, 1)), fieldsOf(within(entry, 2))[0]]]
          : []
      )
      assert.deepStrictEqual(entries, [
        ["rate", [2, 0.5]],
        ["name", [3, new TextEncoder().encode("lion")]],
        ["fused", [4, 1]]
      ])
      assert.strictEqual(textOf(within(end!, 5, 1, 1)), "_hparams_/session_end_info")
      // STATUS_FAILURE at 9 seconds
      assert.deepStrictEqual(fieldsOf(within(end!, 5, 1, 9, 1, 2, 4)), [
        [1, 2],
        [2, 9]
      ])
    })
  )
})
