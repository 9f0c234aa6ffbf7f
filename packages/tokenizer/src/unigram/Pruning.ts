// Which pieces are missed least (SentencePiece's `PruneSentencePieces`).
import type { CountedRuns, Lattice } from "./Lattice.ts"

export interface PruneOptions {
  /** pieces to keep, single characters among them, which always stay */
  readonly keep: number
  readonly single: Uint8Array
  readonly scores: Float64Array
}

/**
 * Numbers of the pieces to keep, ascending. A piece's loss is what the likelihood of the text would fall by if each use of it
 * became the best way to spell it with others; exact enough, as one round takes away only a quarter.
 */
export const prune = (
  lattice: Lattice,
  runs: CountedRuns,
  { keep, scores, single }: PruneOptions
): Int32Array => {
  const uses = new Float64Array(scores.length)
  lattice.addBest(runs, uses)
  let total = 0
  for (let id = 0; id < uses.length; id++) total += uses[id]!
  let texts = 0
  for (let run = 0; run < runs.counts.length; run++) texts += runs.counts[run]!
  const losses = new Float64Array(scores.length).fill(-Infinity)
  const kept: Array<number> = []
  const candidates: Array<number> = []
  const others: Array<number> = []
  for (let id = 0; id < scores.length; id++) {
    if (single[id] === 1) {
      kept.push(id)
      continue
    }
    // not used, or cheaper to spell with others
    if (uses[id] === 0 || lattice.bestWithout(id, others) > scores[id]!) continue
    losses[id] = (uses[id]! / texts) * gain(uses, { id, others, total })
    candidates.push(id)
  }
  candidates.sort((a, b) => losses[b]! - losses[a]! || a - b)
  return Int32Array.from([...kept, ...candidates.slice(0, Math.max(0, keep - kept.length))]).toSorted()
}

/** Nats that one use of a piece saves against spelling it with `others`, which would be used more often then. */
const gain = (
  uses: Float64Array,
  {
    id,
    others,
    total
  }: { readonly id: number; readonly others: ReadonlyArray<number>; readonly total: number }
): number => {
  const own = uses[id]!
  const logTotal = Math.log(total + own * (others.length - 1))
  let spelled = 0
  for (const other of others) spelled += Math.log(uses[other]! + own) - logTotal
  return Math.log(own) - Math.log(total) - spelled
}
