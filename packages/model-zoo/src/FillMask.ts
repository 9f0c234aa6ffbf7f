// Fills in masked tokens: what may stand there, likeliest first, as the pipeline `fill-mask` of `transformers` finds it.
import { Effect } from "effect"
import { ModelFailed } from "./Model.ts"
import type { MaskedModel } from "./MaskedModel.ts"

export interface Candidate {
  readonly id: number
  /** that the token stands there, given the rest of the text and the masks in it */
  readonly probability: number
}

/** What may stand at a masked place. */
export interface Filling {
  /** of the token in the text */
  readonly place: number
  /** likeliest first */
  readonly candidates: ReadonlyArray<Candidate>
}

export interface Options {
  readonly maskId: number
  /** candidates of each place; 5 if left out */
  readonly top?: number
}

/** The `top` likeliest tokens of a row of logits [V], with their probabilities in all of it; of equals the lower id first. */
const likeliest = (logits: Float32Array, top: number): ReadonlyArray<Candidate> => {
  const largest = logits.reduce((most, logit) => Math.max(most, logit), -Infinity)
  const total = logits.reduce((sum, logit) => sum + Math.exp(logit - largest), 0)
  const found: Array<Candidate> = []
  for (const [id, logit] of logits.entries()) {
    const probability = Math.exp(logit - largest) / total
    const last = found.at(-1)
    if (found.length === top && last !== undefined && probability <= last.probability) continue
    const place = found.findIndex((other) => probability > other.probability)
    found.splice(place < 0 ? found.length : place, 0, { id, probability })
    if (found.length > top) found.pop()
  }
  return found
}

/**
 * Candidates for every place of `text` where the mask stands, in order. Several masks are looked at each on its own: the likeliest
 * tokens of all together need not be likely together. The text has its special tokens, such as `[CLS]` and `[SEP]`, in it.
 */
export const fill = Effect.fn("FillMask.fill")(function* (
  model: MaskedModel,
  text: ReadonlyArray<number>,
  { maskId, top = 5 }: Options
): Effect.fn.Return<ReadonlyArray<Filling>, ModelFailed> {
  const places = text.flatMap((id, place) => (id === maskId ? [place] : []))
  if (places.length === 0)
    return yield* new ModelFailed({
      family: model.family,
      problem: `the text has no mask in it (token ${maskId}), so there is nothing to fill in`
    })
  const logits = yield* model.logitsAt({
    B: 1,
    T: text.length,
    tokens: Int32Array.from(text),
    P: places.length,
    places: Int32Array.from(places)
  })
  const V = model.vocabSize
  return places.map((place, i) => ({
    place,
    candidates: likeliest(logits.subarray(i * V, (i + 1) * V), top)
  }))
})
