// Puts a prepared container on the disk. Knows only Node: the thread that writes checkpoints loads this in milliseconds.
import { createHash } from "node:crypto"
import * as fs from "node:fs"

export interface Prepared {
  /** with `digestHexDigits` zeros where the digest will stand */
  readonly header: Uint8Array<ArrayBuffer>
  /** where in the header the digest stands */
  readonly digestAt: number
  /** what the digest begins with */
  readonly text: string
  /** in the order of the file; `hashed` is its place in the digest, `label` what the digest says of it before its bytes */
  readonly arrays: ReadonlyArray<{
    readonly label: string
    readonly hashed: number
    readonly bytes: Uint8Array
  }>
}

/** of SHA-256 */
export const digestHexDigits = 64
/** One write of 2^31 bytes or more aborts Node. */
const pieceBytes = 2 ** 30

/** Over the text and then each array's label and bytes. */
export const digestOf = ({ arrays, text }: Pick<Prepared, "arrays" | "text">): string => {
  const hash = createHash("sha256").update(JSON.stringify(text))
  for (const { bytes, label } of arrays.toSorted((a, b) => a.hashed - b.hashed)) {
    hash.update(label)
    for (let from = 0; from < bytes.length; from += pieceBytes)
      hash.update(bytes.subarray(from, from + pieceBytes))
  }
  return hash.digest("hex")
}

/** A new or renamed file is on the disk only when its folder is. */
export const syncFolder = (folder: string): void => {
  const descriptor = fs.openSync(folder, "r")
  try {
    fs.fsyncSync(descriptor)
  } finally {
    fs.closeSync(descriptor)
  }
}

/** Beside a file while it is written. */
export const partialOf = (file: string): string => `${file}.${process.pid}.partial`

/**
 * Writes atomically: the file is there whole or not at all, also after a power cut.
 *
 * @throws what the file system throws; nothing is left behind then
 */
export const write = (file: string, prepared: Prepared): void => {
  const partial = partialOf(file)
  const header = prepared.header.slice()
  header.set(new TextEncoder().encode(digestOf(prepared)), prepared.digestAt)
  try {
    const descriptor = fs.openSync(partial, "w")
    try {
      for (const bytes of [header, ...prepared.arrays.map((array) => array.bytes)])
        for (let from = 0; from < bytes.length;)
          from += fs.writeSync(descriptor, bytes, from, Math.min(pieceBytes, bytes.length - from))
      fs.fsyncSync(descriptor)
    } finally {
      fs.closeSync(descriptor)
    }
    fs.renameSync(partial, file)
  } catch (cause) {
    fs.rmSync(partial, { force: true })
    throw cause
  }
}
