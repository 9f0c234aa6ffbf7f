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

/** What a column means, whatever its bytes look like in a file; part of the logical digest. */
export type ColumnType =
  | "utf8"
  | "binary"
  | "bool"
  | "int32"
  | "uint8"
  | "uint16"
  | "uint32"
  | "float32"
  | "float64"
  | "token_id"
  | "list<int32>"

/** `Values` is what a whole column looks like in JavaScript, both when written and when read. Columns have no nulls. */
export interface Column<Values = unknown> {
  readonly type: ColumnType
  readonly arrow: () => DataType
  /** Measured on one machine (a time, a rate): kept and shown, but no part of the logical digest. */
  readonly volatile: boolean
  readonly "~values"?: Values
}

export type Values<C> = C extends Column<infer V> ? V : never

const column = <V>(type: ColumnType, arrow: () => DataType): Column<V> => ({ type, arrow, volatile: false })

export const utf8 = column<ReadonlyArray<string>>("utf8", () => new Utf8())
export const binary = column<ReadonlyArray<Uint8Array>>("binary", () => new Binary())
export const bool = column<ReadonlyArray<boolean>>("bool", () => new Bool())
export const int32 = column<Int32Array>("int32", () => new Int32())
export const uint8 = column<Uint8Array>("uint8", () => new Uint8())
export const uint16 = column<Uint16Array>("uint16", () => new Uint16())
export const uint32 = column<Uint32Array>("uint32", () => new Uint32())
export const float32 = column<Float32Array>("float32", () => new Float32())
export const float64 = column<Float64Array>("float64", () => new Float64())
/**
 * Token ids: stored as uint16 where the writer gives a Uint16Array (vocabularies up to 65,536), else as uint32. The digest is
 * that of the numbers, so both widths have the same one.
 */
export const tokenId = column<Uint16Array | Uint32Array>("token_id", () => new Uint32())
/** A short list of integers a row, such as a shape. */
export const int32List = column<ReadonlyArray<ReadonlyArray<number>>>(
  "list<int32>",
  () => new List(new Field("item", new Int32(), false))
)

/** Marks a column as measured: it is stored, but two runs that differ only in it have the same digest. */
export const measured = <V>(of: Column<V>): Column<V> => ({ ...of, volatile: true })
