// An event read back, as far as a terminal shows it: numbers, settings, how a run ended, and where it began anew.
import { BinaryReader, WireType } from "@bufbuild/protobuf/wire"
import type { Ending, HParam, HParams } from "./HParams.ts"

export interface Decoded {
  readonly step: number
  readonly wallSeconds: number
  readonly scalars: ReadonlyArray<{ readonly tag: string; readonly value: number }>
  /** What earlier files say about this step and later ones no longer holds. */
  readonly restarted: boolean
  readonly hparams?: HParams
  readonly ended?: Ending
}

/** The fields of a message: numbers as such, length-delimited ones as their bytes. */
const fieldsOf = function* (bytes: Uint8Array): Generator<readonly [number, number | Uint8Array]> {
  const reader = new BinaryReader(bytes)
  while (reader.pos < reader.len) {
    const [field, wire] = reader.tag()
    if (wire === WireType.Varint) yield [field, Number(reader.int64())]
    else if (wire === WireType.Bit64) yield [field, reader.double()]
    else if (wire === WireType.Bit32) yield [field, reader.float()]
    else if (wire === WireType.LengthDelimited) yield [field, reader.bytes()]
    else reader.skip(wire, field)
  }
}

const decoder = new TextDecoder()

/** The messages at a path of field numbers. */
const at = (bytes: Uint8Array, [field, ...rest]: ReadonlyArray<number>): ReadonlyArray<Uint8Array> =>
  field === undefined
    ? [bytes]
    : Array.from(fieldsOf(bytes)).flatMap(([found, value]) =>
        found === field && value instanceof Uint8Array ? at(value, rest) : []
      )

/**
 * The event in `data`, the data of one record.
 *
 * @throws RangeError or Error if it is no event
 */
export const decode = (data: Uint8Array): Decoded => {
  const event: Event = { step: 0, wallSeconds: 0, scalars: [], restarted: false }
  for (const [field, value] of fieldsOf(data)) {
    if (field === 1 && typeof value === "number") event.wallSeconds = value
    else if (field === 2 && typeof value === "number") event.step = value
    else if (field === 7 && value instanceof Uint8Array)
      event.restarted = Array.from(fieldsOf(value)).some(([field, status]) => field === 1 && status === 1)
    else if (field === 5 && value instanceof Uint8Array) for (const each of at(value, [1])) take(event, each)
  }
  return event
}

type Event = { -readonly [Field in keyof Decoded]: Decoded[Field] } & {
  readonly scalars: Array<Decoded["scalars"][number]>
}

/** Enters one value of a summary. */
const take = (event: Event, bytes: Uint8Array): void => {
  let tag = ""
  let number: number | undefined
  for (const [field, value] of fieldsOf(bytes)) {
    if (field === 1 && value instanceof Uint8Array) tag = decoder.decode(value)
    else if (field === 2 && typeof value === "number") number = value
  }
  // metadata.plugin_data.content, and of that the part in question
  if (number !== undefined) event.scalars.push({ tag, value: number })
  else if (tag === "_hparams_/session_start_info")
    event.hparams = Object.fromEntries(at(bytes, [9, 1, 2, 3, 1]).flatMap(entryOf))
  else if (tag === "_hparams_/session_end_info")
    for (const end of at(bytes, [9, 1, 2, 4])) {
      const status = Array.from(fieldsOf(end)).find(([field]) => field === 1)
      event.ended = status?.[1] === 1 ? "success" : "failure"
    }
}

const entryOf = (entry: Uint8Array): ReadonlyArray<readonly [string, HParam]> => {
  const [name] = at(entry, [1])
  const [value] = at(entry, [2]).flatMap((inner) => Array.from(fieldsOf(inner)))
  if (name === undefined || value === undefined) return []
  const [field, found] = value
  const said = found instanceof Uint8Array ? decoder.decode(found) : field === 4 ? found === 1 : found
  return [[decoder.decode(name), said]]
}
