// gzip and zstd, told by their first bytes and unpacked as a stream, with limits against what unpacks to more than any text does.
import { pipeline, Readable } from "node:stream"
import { constants, createGunzip, createZstdDecompress } from "node:zlib"
import { Damage } from "./Format.ts"
import { Refusal } from "./Refusal.ts"
import { zstdFrames } from "./ZstdFrames.ts"

export type Packing = "gzip" | "zstd"

export interface UnpackLimits {
  /** most bytes out of one file */
  readonly unpackedBytes: number
  /** most bytes out for each byte in */
  readonly unpackedRatio: number
}

/** Below this the ratio says nothing: a short file may be one line again and again. */
const ratioFrom = 2 ** 24
const chunkSize = 2 ** 18

/** By the first bytes: RFC 1952 (deflate is the only method), RFC 8878 (frames, and frames to skip). */
export const packingOf = ([a = 0, b = 0, c = 0, d = 0]: Uint8Array): Packing | undefined => {
  if (a === 0x1f && b === 0x8b && c === 8) return "gzip"
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return "zstd"
  return a >> 4 === 5 && b === 0x2a && c === 0x4d && d === 0x18 ? "zstd" : undefined
}

/**
 * The bytes that were packed, of all members or frames one after the other. Throws `Damage` where they end early or do not fit their
 * checksum, `Refusal` (`unpacked-bytes`, `unpacked-ratio`) beyond a limit.
 */
export async function* unpacked(
  packed: AsyncIterable<Uint8Array>,
  packing: Packing,
  { unpackedBytes, unpackedRatio }: UnpackLimits
): AsyncGenerator<Uint8Array> {
  let taken = 0
  const counted = async function* () {
    // copied, because zlib reads it while the next one is fetched
    for await (const chunk of packed) {
      taken += chunk.length
      yield Buffer.from(chunk)
    }
  }
  const source = Readable.from(packing === "zstd" ? zstdFrames(counted()) : counted())
  const machine =
    packing === "zstd"
      ? createZstdDecompress({ chunkSize, params: { [constants.ZSTD_d_windowLogMax]: 27 } }) // 128 MiB, zstd's own default
      : createGunzip({ chunkSize })
  // what goes wrong comes out of the machine that is read below
  pipeline(source, machine, () => {})
  let given = 0
  try {
    for await (const chunk of machine) {
      const bytes: Uint8Array = chunk
      given += bytes.length
      if (given > unpackedBytes) {
        throw new Refusal("unpacked-bytes", { value: given, threshold: unpackedBytes })
      }
      if (given > ratioFrom && given > unpackedRatio * taken) {
        throw new Refusal("unpacked-ratio", { value: given / taken, threshold: unpackedRatio })
      }
      yield bytes
    }
  } catch (problem) {
    throw isZlib(problem)
      ? new Damage({
          place: `after ${given} unpacked bytes`,
          at: given,
          problem: `the ${packing} data cannot be unpacked: ${problem.message}`
        })
      : problem
  } finally {
    machine.destroy()
    source.destroy()
  }
}

const isZlib = (problem: unknown): problem is Error =>
  problem instanceof Error && "code" in problem && /^Z_|^ZSTD_/u.test(String(problem.code))
