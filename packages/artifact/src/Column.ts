// The column types that artifacts are made of: an explicit Arrow type each, never an inferred one (an inferred string
// column encodes differently every time), and the JavaScript values that go in and come out.
import {
  Binary,
  Bool,
  type DataType,
  Field,
  Float32,
  Float64,
  Int32,
  List,
  Uint8,
  Uint16,
  Uint32,
  Utf8
} from "apache-arrow"

/** `Values` is what a whole column looks like in JavaScript, both when written and when read. */
export interface Column<Values = unknown> {
  readonly arrow: () => DataType
  /** Measured on one machine (a time, a rate): kept and shown, but no part of the logical digest. */
  readonly volatile: boolean
  readonly "~values"?: Values
}

export type Values<C> = C extends Column<infer V> ? V : never

const column = <V>(arrow: () => DataType): Column<V> => ({ arrow, volatile: false })

export const utf8 = column<ReadonlyArray<string>>(() => new Utf8())
export const binary = column<ReadonlyArray<Uint8Array>>(() => new Binary())
export const bool = column<ReadonlyArray<boolean>>(() => new Bool())
export const int32 = column<Int32Array>(() => new Int32())
export const uint8 = column<Uint8Array>(() => new Uint8())
export const uint16 = column<Uint16Array>(() => new Uint16())
export const uint32 = column<Uint32Array>(() => new Uint32())
export const float32 = column<Float32Array>(() => new Float32())
export const float64 = column<Float64Array>(() => new Float64())
/** Token ids: stored as uint16 where the writer gives a Uint16Array (vocabularies up to 65,536), else as uint32. */
export const tokenId = column<Uint16Array | Uint32Array>(() => new Uint32())
/** A short list of integers a row, such as a shape. */
export const int32List = column<ReadonlyArray<ReadonlyArray<number>>>(
  () => new List(new Field("item", new Int32(), false))
)

/** Marks a column as measured: it is stored, but two runs that differ only in it have the same digest. */
export const measured = <V>(of: Column<V>): Column<V> => ({ ...of, volatile: true })
