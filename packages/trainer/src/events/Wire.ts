// The few shapes of a protocol buffer's fields that event files need, on top of the writer that knows the bytes.
import { type BinaryWriter, WireType } from "@bufbuild/protobuf/wire"

/** Writes the fields of one message. */
export type Message = (writer: BinaryWriter) => void

/** A message within a message. */
export const embedded = (writer: BinaryWriter, field: number, message: Message): void => {
  message(writer.tag(field, WireType.LengthDelimited).fork())
  writer.join()
}

export const text = (writer: BinaryWriter, field: number, value: string): void => {
  writer.tag(field, WireType.LengthDelimited).string(value)
}

export const bytes = (writer: BinaryWriter, field: number, value: Uint8Array): void => {
  writer.tag(field, WireType.LengthDelimited).bytes(value)
}

/** An int32, int64, enum or bool (as 0 or 1). */
export const varint = (writer: BinaryWriter, field: number, value: number): void => {
  writer.tag(field, WireType.Varint).int64(value)
}

export const double = (writer: BinaryWriter, field: number, value: number): void => {
  writer.tag(field, WireType.Bit64).double(value)
}
