// How the buffers of a record batch may be packed: ZSTD, and LZ4 frames, which pyarrow's Feather files have.
import { zstdDecompressSync } from "node:zlib"
import { CompressionType, compressionRegistry } from "apache-arrow"
import { unpackLz4Frame } from "./Lz4Frame.ts"

/** Most bytes that come out: a thousand for each that goes in, which text never reaches, or as much as is harmless. */
const most = (packed: Uint8Array): number => Math.max(2 ** 26, Math.min(1000 * packed.length, 2 ** 31 - 1))

/** Makes Arrow's reader know them. May be called any number of times. */
export const registerCodecs = (): void => {
  compressionRegistry.set(CompressionType.ZSTD, {
    decode: (packed) => {
      const unpacked = zstdDecompressSync(packed, { maxOutputLength: most(packed) })
      return new Uint8Array(unpacked.buffer, unpacked.byteOffset, unpacked.byteLength)
    }
  })
  compressionRegistry.set(CompressionType.LZ4_FRAME, {
    decode: (packed) => unpackLz4Frame(packed, most(packed))
  })
}
