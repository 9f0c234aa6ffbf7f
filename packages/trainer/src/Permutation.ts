// A shuffle that is computed, not stored: where element `i` goes follows from the seed and `i` alone, so the order of an
// epoch needs no memory and a resumed training finds its place at once.

// A Feistel network is a bijection whatever its round function is; four rounds make it look random (Luby and Rackoff,
// 1988), two more cost nothing here and help the narrow halves of small domains.
const rounds = 6

/** Mixes two 32-bit words: the finalizer of MurmurHash3 over their combination. */
export const mix = (a: number, b: number): number => {
  let h = Math.imul(a ^ Math.imul(b, 0x9e3779b1), 0x85ebca6b) ^ b
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** A 32-bit key from a seed of up to 53 bits and a counter. */
export const keyOf = (seed: number, counter: number): number =>
  mix(mix(seed >>> 0, Math.floor(seed / 2 ** 32) >>> 0), counter >>> 0)

/**
 * Where `index` goes in the permutation of `0 .. size - 1` that `key` names. Values outside the domain walk on through
 * the network until they are inside ("cycle walking", Black and Rogaway, 2002); the network is at most four times as wide
 * as the domain, so that takes fewer than four rounds on average.
 */
export const permute = (index: number, size: number, key: number): number => {
  const halfBits = Math.max(1, Math.ceil(Math.log2(size) / 2))
  const mask = 2 ** halfBits - 1
  let value = index
  do {
    let left = Math.floor(value / (mask + 1))
    let right = value & mask
    for (let round = 0; round < rounds; round += 1) {
      const next = (left ^ mix(right, keyOf(key, round))) & mask
      left = right
      right = next
    }
    value = left * (mask + 1) + right
  } while (value >= size)
  return value
}
