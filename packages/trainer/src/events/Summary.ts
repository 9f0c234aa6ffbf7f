// Values of a summary as TensorBoard's plugins read them: tensorboard/compat/proto/{summary,tensor}.proto.
import { WireType } from "@bufbuild/protobuf/wire"
import type { Histogram } from "./Histogram.ts"
import { BUCKETS } from "./Histogram.ts"
import * as Wire from "./Wire.ts"

const value = { tag: 1, simpleValue: 2, tensor: 8, metadata: 9 }
const metadata = { pluginData: 1, dataClass: 4 }
const tensor = { dtype: 1, shape: 2, content: 4, strings: 8 }
const dtypes = { float32: 1, float64: 2, string: 7 }
/** "The data is a time series of tensors": what all plugins here keep. */
const TENSORS = 2

const described =
  (plugin: string, content: Uint8Array): Wire.Message =>
  (writer) => {
    Wire.embedded(writer, metadata.pluginData, (data) => {
      Wire.text(data, 1, plugin)
      Wire.bytes(data, 2, content)
    })
    Wire.varint(writer, metadata.dataClass, TENSORS)
  }

const shaped =
  (shape: ReadonlyArray<number>): Wire.Message =>
  (writer) => {
    for (const size of shape) Wire.embedded(writer, 2, (dim) => Wire.varint(dim, 1, size))
  }

/** A number; stored as float32. */
export const scalar =
  (tag: string, number: number): Wire.Message =>
  (writer) => {
    Wire.text(writer, value.tag, tag)
    writer.tag(value.simpleValue, WireType.Bit32).float(number)
  }

/** For the tabs Histograms and Distributions. */
export const histogram =
  (tag: string, { rows }: Histogram): Wire.Message =>
  (writer) => {
    Wire.text(writer, value.tag, tag)
    // an empty content is the plugin's version 0
    Wire.embedded(writer, value.metadata, described("histograms", new Uint8Array(0)))
    Wire.embedded(writer, value.tensor, (proto) => {
      Wire.varint(proto, tensor.dtype, dtypes.float64)
      Wire.embedded(proto, tensor.shape, shaped([BUCKETS, 3]))
      // little-endian, as is every machine this runs on
      Wire.bytes(proto, tensor.content, new Uint8Array(rows.buffer))
    })
  }

/** Markdown, for the tab Text. */
export const text =
  (tag: string, markdown: string): Wire.Message =>
  (writer) => {
    Wire.text(writer, value.tag, tag)
    Wire.embedded(writer, value.metadata, described("text", new Uint8Array(0)))
    Wire.embedded(writer, value.tensor, (proto) => {
      Wire.varint(proto, tensor.dtype, dtypes.string)
      Wire.embedded(proto, tensor.shape, shaped([]))
      Wire.text(proto, tensor.strings, markdown)
    })
  }

/** What the tab HParams reads: all of it is in the plugin's content, and the tensor is empty. */
export const hparams =
  (tag: string, content: Uint8Array): Wire.Message =>
  (writer) => {
    Wire.text(writer, value.tag, tag)
    Wire.embedded(writer, value.metadata, described("hparams", content))
    Wire.embedded(writer, value.tensor, (proto) => {
      Wire.varint(proto, tensor.dtype, dtypes.float32)
      Wire.embedded(proto, tensor.shape, shaped([0]))
    })
  }
