// Counter-based random numbers: what a draw is depends on the seed and its place alone, never on what was drawn before.
// Salmon et al., "Parallel random numbers: as easy as 1, 2, 3" (SC 2011): Philox4x32 with 10 rounds.

const [M0, M1] = [0xd2511f53, 0xcd9e8d57] // multipliers, from the paper
const [W0, W1] = [0x9e3779b9, 0xbb67ae85] // key increments: golden ratio and sqrt(3) - 1

/** High 32 bits of an unsigned 32 x 32 product, which `Math.imul` drops. */
const mulHigh = (a: number, b: number) => {
  const aHigh = a >>> 16
  const aLow = a & 0xffff
  const bHigh = b >>> 16
  const bLow = b & 0xffff
  const low = aLow * bLow
  const middle = aHigh * bLow + (low >>> 16)
  const cross = aLow * bHigh + (middle & 0xffff)
  return (aHigh * bHigh + Math.floor(middle / 0x10000) + (cross >>> 16)) >>> 0
}

export type Counter = readonly [number, number, number, number]

/** Four uniform 32-bit words of a counter under a key (all unsigned 32-bit). */
export const block = (counter: Counter, key: readonly [number, number]): Counter => {
  let [c0, c1, c2, c3] = counter
  let [k0, k1] = key
  for (let round = 0; round < 10; round++) {
    const high0 = mulHigh(M0, c0)
    const low0 = Math.imul(M0, c0) >>> 0
    const high1 = mulHigh(M1, c2)
    const low1 = Math.imul(M1, c2) >>> 0
    c0 = (high1 ^ c1 ^ k0) >>> 0
    c1 = low1
    c2 = (high0 ^ c3 ^ k1) >>> 0
    c3 = low0
    k0 = (k0 + W0) >>> 0
    k1 = (k1 + W1) >>> 0
  }
  return [c0, c1, c2, c3]
}

/** Two key words of a seed (a whole number up to 2^53). */
export const keyOf = (seed: number): readonly [number, number] => [
  seed >>> 0,
  Math.floor(seed / 2 ** 32) >>> 0
]

/** The uniform number in [0, 1) that belongs to a seed and a place, with 53 random bits. */
export const uniform = (seed: number, place: { readonly row: number; readonly position: number }): number => {
  const [a, b] = block([place.position, place.row, 0, 0], keyOf(seed))
  return ((a >>> 5) * 2 ** 26 + (b >>> 6)) / 2 ** 53
}
