// TensorBoard event files: a record file (length, masked checksums) of `Event` messages. `tensorboard --logdir` on the
// workspace shows a training while it runs.
import { BinaryWriter, WireType } from "@bufbuild/protobuf/wire"
import type { StageFailure } from "@inkstone/stage"
import { Effect, type Scope } from "effect"
import * as fs from "node:fs"
import * as path from "node:path"
import { crc32c, masked } from "@inkstone/tensorflow/Crc32c"
import { attempt } from "./Workspace.ts"

/** Tag -> value, such as `{ "loss/train": 3.2 }`; stored as float32. */
type Scalars = Readonly<Record<string, number>>

export interface EventFile {
  readonly path: string
  /** Appends one event; `wallSeconds` since 1970. */
  readonly scalars: (step: number, wallSeconds: number, values: Scalars) => Effect.Effect<void, StageFailure>
}

/** One record: length, its checksum, data, its checksum (tensorflow/core/lib/io/record_writer.h). */
const record = (data: Uint8Array): Uint8Array<ArrayBuffer> => {
  const bytes = new Uint8Array(data.byteLength + 16)
  const view = new DataView(bytes.buffer)
  view.setBigUint64(0, BigInt(data.byteLength), true)
  view.setUint32(8, masked(crc32c(bytes.subarray(0, 8))), true)
  bytes.set(data, 12)
  view.setUint32(12 + data.byteLength, masked(crc32c(data)), true)
  return bytes
}

// Field numbers of tensorboard/compat/proto/{event,summary}.proto
const field = { wallTime: 1, step: 2, fileVersion: 3, summary: 5, sessionLog: 7 }
const sessionStart = 1

const event = (step: number, wallSeconds: number) =>
  new BinaryWriter()
    .tag(field.wallTime, WireType.Bit64)
    .double(wallSeconds)
    .tag(field.step, WireType.Varint)
    .int64(step)

const versionEvent = (wallSeconds: number) =>
  event(0, wallSeconds).tag(field.fileVersion, WireType.LengthDelimited).string("brain.Event:2").finish()

/** Tells TensorBoard to forget what earlier files say about `step` and later. */
const startEvent = (step: number, wallSeconds: number) =>
  event(step, wallSeconds)
    .tag(field.sessionLog, WireType.LengthDelimited)
    .fork()
    .tag(1, WireType.Varint)
    .int32(sessionStart)
    .join()
    .finish()

const scalarsEvent = (step: number, wallSeconds: number, values: Scalars) => {
  const summary = event(step, wallSeconds).tag(field.summary, WireType.LengthDelimited).fork()
  for (const [tag, value] of Object.entries(values)) {
    summary
      .tag(1, WireType.LengthDelimited)
      .fork()
      .tag(1, WireType.LengthDelimited)
      .string(tag)
      .tag(2, WireType.Bit32)
      .float(value)
      .join()
  }
  return summary.join().finish()
}

/**
 * Starts a new event file in `directory`, behind those of earlier attempts. Its first event makes TensorBoard forget
 * what those said about `firstStep` and later, so that after a crash no step is shown twice. A last record cut off by the
 * crash does no harm: readers stop there and go on to this file.
 */
export const open = Effect.fn("EventFile.open")(function* (
  directory: string,
  options: { readonly firstStep: number; readonly wallSeconds: number }
): Effect.fn.Return<EventFile, StageFailure, Scope.Scope> {
  const file = yield* attempt(directory, () => {
    fs.mkdirSync(directory, { recursive: true })
    const earlier = fs.readdirSync(directory).filter((name) => name.includes("tfevents")).length
    // TensorBoard reads the files of a folder in the order of their names.
    return path.join(directory, `events.out.tfevents.${String(earlier + 1).padStart(10, "0")}.inkstone`)
  })
  const descriptor = yield* Effect.acquireRelease(
    attempt(file, () => fs.openSync(file, "wx")),
    (descriptor) => Effect.sync(() => fs.closeSync(descriptor))
  )
  const append = (data: Uint8Array) => attempt(file, () => fs.appendFileSync(descriptor, record(data)))
  yield* append(versionEvent(options.wallSeconds))
  yield* append(startEvent(options.firstStep, options.wallSeconds))
  return {
    path: file,
    scalars: (step, wallSeconds, values) => append(scalarsEvent(step, wallSeconds, values))
  }
})
