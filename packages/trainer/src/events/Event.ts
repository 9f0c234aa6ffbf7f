// One event: a moment of a training and what is said of it (tensorboard/compat/proto/event.proto).
import { BinaryWriter } from "@bufbuild/protobuf/wire"
import * as Wire from "./Wire.ts"

const field = { wallTime: 1, step: 2, fileVersion: 3, graph: 4, summary: 5, sessionLog: 7 }
const SESSION_START = 1

/** Of which step; `wallSeconds` since 1970. */
export interface When {
  readonly step: number
  readonly wallSeconds: number
}

const event = ({ step, wallSeconds }: When): BinaryWriter => {
  const writer = new BinaryWriter()
  Wire.double(writer, field.wallTime, wallSeconds)
  Wire.varint(writer, field.step, step)
  return writer
}

/** What every event file begins with. */
export const version = (wallSeconds: number): Uint8Array => {
  const writer = event({ step: 0, wallSeconds })
  Wire.text(writer, field.fileVersion, "brain.Event:2")
  return writer.finish()
}

/** Tells TensorBoard to forget what earlier files say about this step and later ones. */
export const restarted = (when: When): Uint8Array => {
  const writer = event(when)
  Wire.embedded(writer, field.sessionLog, (log) => Wire.varint(log, 1, SESSION_START))
  return writer.finish()
}

/** Values of one step, see `Summary.ts`. */
export const summary = (when: When, values: ReadonlyArray<Wire.Message>): Uint8Array => {
  const writer = event(when)
  Wire.embedded(writer, field.summary, (all) => {
    for (const value of values) Wire.embedded(all, 1, value)
  })
  return writer.finish()
}

/** The graph of a program, for the tab Graphs; `graphDef` are the bytes of a GraphDef. */
export const graph = (wallSeconds: number, graphDef: Uint8Array): Uint8Array => {
  const writer = event({ step: 0, wallSeconds })
  Wire.bytes(writer, field.graph, graphDef)
  return writer.finish()
}
