// When a training is killed: random moments that follow from a seed.

/** Of an undisturbed training. */
export interface Timing {
  readonly steps: number
  /** milliseconds to its first progress, and to its end */
  readonly first: number
  readonly all: number
}

export interface Moment {
  /** progress after which it is; 0: while the process starts */
  readonly done: number
  /** milliseconds from there */
  readonly millis: number
}

/** Numbers in [0, 1) from a seed: mulberry32 (Tommy Ettinger, public domain). */
const draws = (seed: number) => {
  let state = seed >>> 0
  return (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let t = Math.imul(state ^ (state >>> 15), state | 1)
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61)
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32
  }
}

/** One in so many is killed while it starts. */
const atStart = 5

/**
 * A moment for each kill, each further on than the one before: somewhere within a few steps of a random one, where a step, an
 * evaluation or a write is under way; and now and then while the process still starts.
 */
export const moments = (
  { all, first, steps }: Timing,
  { kills, seed }: { readonly kills: number; readonly seed: number }
): ReadonlyArray<Moment> => {
  const draw = draws(seed)
  const stepMillis = (all - first) / Math.max(1, steps)
  const places = Array.from({ length: kills }, () => 1 + Math.floor(draw() * steps * 0.9)).toSorted(
    (a, b) => a - b
  )
  return places.map((done, i) =>
    i % atStart === atStart - 1
      ? { done: 0, millis: draw() * first }
      : { done, millis: draw() * Math.min(3 * stepMillis, 1000) }
  )
}
