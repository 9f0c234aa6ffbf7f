// All randomness of a run comes from one number in the pipeline file; this is how each node and use gets its own.
import { createHash } from "node:crypto"

/**
 * A whole number in [0, 2^53) that depends on the seed and the labels alone: the first 53 bits of the SHA-256 of the JSON text
 * of `[seed, ...labels]`. Other labels give an unrelated number, so adding a node changes no other node's.
 *
 *     Seed.derive(1337, "gpt[preset=nano]", "shuffle")
 */
export const derive = (seed: number, ...labels: ReadonlyArray<string | number>): number => {
  const hash = createHash("sha256")
    .update(JSON.stringify([seed, ...labels]))
    .digest()
  return Number(hash.readBigUInt64BE(0) >> 11n)
}
