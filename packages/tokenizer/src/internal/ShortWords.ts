// A first look-up for words of at most 12 bytes: a table with one place a word, where a newcomer takes the place of another.
// The key is the word itself, as three numbers of four bytes.

/** Longer words have no place here. */
export const longest = 12
const bits = 15

/** Which bytes of the three numbers belong to a word of `n` bytes: `masks[4 * n + 0 .. 2]`. */
export const masks = Int32Array.from({ length: 4 * (longest + 1) }, (_, i) => {
  const bytes = Math.min(4, Math.max(0, (i >> 2) - 4 * (i & 3)))
  return bytes === 4 ? -1 : 2 ** (8 * bytes) - 1
})

/** Where a word's place begins: its three numbers, then what it stands for. */
export const placeOf = (first: number, second: number, third: number): number => {
  const hash = (Math.imul(first, 0x9e3779b1) + Math.imul(second, 0x85ebca6b)) ^ Math.imul(third, 0xc2b2ae35)
  return (hash >>> (32 - bits)) << 2
}

/** 512 KiB; a place whose fourth number is zero is empty. */
export const emptyPlaces = (): Int32Array => new Int32Array(4 << bits)
