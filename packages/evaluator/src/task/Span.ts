// Where in a text an answer stands: the pair of begin and end with the highest sum of logits (Devlin et al., 2018, section 4.2).

export interface Span {
  /** first and last token */
  readonly from: number
  readonly to: number
  readonly score: number
}

/**
 * The best span of at most `longest` tokens, within the second text where there is one, else behind the first token, which stands for
 * "no answer". Undefined where there is no place for one.
 */
export const bestSpan = (
  {
    begins,
    ends,
    segments
  }: { readonly begins: Float32Array; readonly ends: Float32Array; readonly segments: Uint8Array },
  longest: number
): Span | undefined => {
  const isPair = segments.includes(1)
  const within = (at: number) => at > 0 && (!isPair || segments[at] === 1)
  let best: Span | undefined
  for (let from = 0; from < begins.length; from++) {
    if (!within(from)) continue
    for (let to = from; to < Math.min(ends.length, from + longest) && within(to); to++) {
      const score = begins[from]! + ends[to]!
      if (best === undefined || score > best.score) best = { from, to, score }
    }
  }
  return best
}
