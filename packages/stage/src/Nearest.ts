// "Did you mean": the known name that a mistyped one is closest to.

/**
 * The candidate with the smallest edit distance to `name`, if it is near enough to be meant (at most a third of the longer
 * name's letters, at least one); ties go to the earlier candidate.
 *
 *     nearest("vocabsize", ["vocabSize", "seed"])   // "vocabSize"
 */
export const nearest = (name: string, candidates: Iterable<string>): string | undefined => {
  let best: string | undefined
  let least = Number.POSITIVE_INFINITY
  for (const candidate of candidates) {
    const far = distance(name.toLowerCase(), candidate.toLowerCase())
    const allowed = Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3))
    if (far <= allowed && far < least) {
      best = candidate
      least = far
    }
  }
  return best
}

/** Optimal string alignment: insertions, deletions, replacements and swaps of neighbours cost one each. */
const distance = (a: string, b: string): number => {
  let before: Array<number> = []
  let last = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      let cheapest = Math.min((last[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (last[j - 1] ?? 0) + cost)
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) {
        cheapest = Math.min(cheapest, (before[j - 2] ?? 0) + 1)
      }
      row.push(cheapest)
    }
    before = last
    last = row
  }
  return last[b.length] ?? 0
}
