// Suffixes of a text in order of their first characters, by prefix doubling (Manber and Myers 1990) with counting sorts: as
// no piece is longer than a few characters, a handful of rounds do, and a whole suffix array is not needed.

/**
 * Positions of `text` (numbers from 0 to `alphabet` - 1), sorted by the `depth` characters that begin there; equal ones in
 * order of position. Takes 16 bytes a character while it runs.
 */
export const suffixOrder = (text: Int32Array, alphabet: number, depth: number): Int32Array => {
  const { length } = text
  let order = new Int32Array(length)
  let spare = new Int32Array(length)
  let rank = new Int32Array(length)
  const heads = new Int32Array(Math.max(alphabet, length) + 1)
  for (let i = 0; i < length; i++) heads[text[i]! + 1]!++
  for (let c = 0; c < alphabet; c++) heads[c + 1]! += heads[c]!
  // the rank of a suffix is the first place of those that begin alike
  for (let i = 0; i < length; i++) rank[i] = heads[text[i]!]!
  for (let i = 0; i < length; i++) order[heads[text[i]!]!++] = i
  for (let sorted = 1; sorted < depth;) {
    const step = Math.min(sorted, depth - sorted)
    // by what begins `step` later: past the end first, then in the order known so far
    let filled = 0
    for (let i = length - step; i < length; i++) spare[filled++] = i
    for (let j = 0; j < length; j++) if (order[j]! >= step) spare[filled++] = order[j]! - step
    // then by what begins here, keeping that order
    for (let j = 0; j < length; j++) heads[j] = j
    for (let j = 0; j < length; j++) order[heads[rank[spare[j]!]!]!++] = spare[j]!
    let group = 0
    spare[order[0]!] = 0
    for (let j = 1; j < length; j++) {
      const [here, before] = [order[j]!, order[j - 1]!]
      if (rank[here] !== rank[before] || rankAt(rank, here + step) !== rankAt(rank, before + step)) group = j
      spare[here] = group
    }
    const old = rank
    rank = spare
    spare = old
    sorted += step
  }
  return order
}

const rankAt = (rank: Int32Array, at: number): number => (at < rank.length ? rank[at]! : -1)
