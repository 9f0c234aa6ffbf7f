// The honest baseline of classification: tf-idf of token n-grams and a multinomial logistic regression. As a family of the zoo: arrays
// in and out, and what it says of texts.
import { Effect, Schema } from "effect"
import type { CountFamily } from "./Family.ts"
import * as Logistic from "./linear/Logistic.ts"
import * as Tfidf from "./linear/Tfidf.ts"
import { type Classifier, ModelUnusable, type Opening } from "./Model.ts"
import * as NamedArray from "./NamedArray.ts"

const Size = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

/** Architecture of the family `linear`. */
export const Config = Schema.Struct({
  /** tokens of the longest n-gram; 0 knows how frequent each class is and nothing else */
  order: Size.check(Schema.isLessThanOrEqualTo(8)),
  /** n-grams that count */
  features: Size,
  labels: Schema.Int.check(Schema.isGreaterThan(0)),
  /** 1 + ln(count) instead of the count */
  sublinear: Schema.Boolean
})
export type Config = typeof Config.Type

export interface Linear {
  readonly tfidf: Tfidf.Tfidf
  readonly logistic: Logistic.Logistic
}

export type Text = ArrayLike<number>

export interface Labelled {
  readonly texts: ReadonlyArray<Text>
  /** class of each text, 0 to `labels - 1` */
  readonly labels: Int32Array
}

export interface Training extends Tfidf.Settings {
  /** classes */
  readonly labels: number
  /** scikit-learn's C: the larger, the less weights are held small. Of several the one with the least loss on `validation` is taken. */
  readonly strengths: ReadonlyArray<number>
  readonly validation?: Labelled
  /** told of each fit */
  readonly fitted?: (fit: Fit) => void
}

export interface Fit {
  readonly strength: number
  readonly iterations: number
  readonly converged: boolean
  /** nats a text; of `validation` NaN where there is none */
  readonly trainNats: number
  readonly validationNats: number
}

/** no partial derivative of the mean loss is larger at the end */
const tolerance = 1e-8
const maxIterations = 2000

/** Learns classes of texts; strengths from the smallest to the largest, each fit beginning at the last one. */
export const train = (
  { labels, texts }: Labelled,
  settings: Training
): Linear & { readonly fits: ReadonlyArray<Fit>; readonly strength: number } => {
  const tfidf = Tfidf.learn(texts, settings)
  const vectorizer = new Tfidf.Vectorizer(tfidf)
  const data = { matrix: vectorizer.matrix(texts), labels }
  const { validation } = settings
  const held = validation && { matrix: vectorizer.matrix(validation.texts), labels: validation.labels }
  const size = { features: tfidf.idf.length, labels: settings.labels }
  const fits: Array<Fit> = []
  let from: Float64Array | undefined
  let best: (Logistic.Logistic & { readonly strength: number; readonly nats: number }) | undefined
  for (const strength of settings.strengths.toSorted((a, b) => a - b)) {
    const { minimum, ...logistic } = Logistic.fit(data, {
      ...size,
      strength,
      tolerance,
      maxIterations,
      ...(from === undefined ? {} : { from })
    })
    from = logistic.weights
    const trainNats = Logistic.nats(logistic, data)
    const validationNats = held === undefined ? NaN : Logistic.nats(logistic, held)
    const fit = {
      strength,
      iterations: minimum.iterations,
      converged: minimum.converged,
      trainNats,
      validationNats
    }
    fits.push(fit)
    settings.fitted?.(fit)
    const nats = held === undefined ? trainNats : validationNats
    if (best === undefined || nats < best.nats) best = { ...logistic, strength, nats }
  }
  if (best === undefined) throw new RangeError("strengths is empty")
  const { features, labels: classes, strength, weights } = best
  return { tfidf, logistic: { features, labels: classes, weights }, fits, strength }
}

/** Numbers that were fitted. */
export const parameters = ({ logistic }: Linear): number => logistic.weights.length

export const configOf = ({ logistic, tfidf }: Linear): Config => ({
  order: tfidf.order,
  features: logistic.features,
  labels: logistic.labels,
  sublinear: tfidf.sublinear
})

export const toArrays = ({ logistic, tfidf }: Linear): ReadonlyArray<NamedArray.NamedArray> => [
  NamedArray.of("ngrams", "uint32", tfidf.ngrams, [logistic.features, tfidf.order]),
  NamedArray.of("idf", "float64", tfidf.idf),
  NamedArray.of("weights", "float64", logistic.weights, [logistic.features + 1, logistic.labels])
]

const unusable = (problem: string) => new ModelUnusable({ family: "linear", problem })
const decodeConfig = Schema.decodeUnknownEffect(Config)

/** Reads what `toArrays` wrote; a string says what does not fit. */
const fromArrays = (
  arrays: NamedArray.NamedArrays,
  { features, labels, order, sublinear }: Config,
  vocabSize: number
): Linear | string => {
  const ngrams = NamedArray.view(arrays.get("ngrams"), "uint32")
  const idf = NamedArray.view(arrays.get("idf"), "float64")
  const weights = NamedArray.view(arrays.get("weights"), "float64")
  if (ngrams === undefined || idf === undefined || weights === undefined)
    return "lacks ngrams, idf or weights, or they are of another type"
  if (ngrams.length !== features * order || idf.length !== features)
    return `has ${ngrams.length} tokens of n-grams and ${idf.length} idf for ${features} features of ${order}`
  if (weights.length !== (features + 1) * labels)
    return `has ${weights.length} weights for ${features} features and ${labels} labels`
  if (ngrams.some((token) => token >= vocabSize && token !== Tfidf.none))
    return `ngrams has an id beyond ${vocabSize - 1}`
  return {
    tfidf: { vocabSize, order, sublinear, ngrams, idf },
    logistic: { features, labels, weights }
  }
}

/** Opens stored weights as a classifier. */
export const open = Effect.fn("LinearModel.open")(function* (
  opening: Pick<Opening, "architecture" | "arrays" | "vocabSize">
): Effect.fn.Return<Classifier, ModelUnusable> {
  const config = yield* decodeConfig(opening.architecture).pipe(
    Effect.mapError(({ message }) => unusable(`architecture: ${message}`))
  )
  const model = fromArrays(opening.arrays, config, opening.vocabSize)
  if (typeof model === "string") return yield* unusable(model)
  const vectorizer = yield* Effect.try({
    try: () => new Tfidf.Vectorizer(model.tfidf),
    catch: (cause) => unusable(`ngrams: ${String(cause)}`)
  })
  return {
    family: "linear",
    vocabSize: opening.vocabSize,
    contextLength: Infinity,
    parameters: parameters(model),
    head: "labels",
    answer: ({ B, T, mask, tokens }) =>
      Effect.sync(() => {
        const texts = Array.from({ length: B }, (_, row) =>
          tokens.subarray(row * T, (row + 1) * T).filter((_, at) => mask?.[row * T + at] !== 0)
        )
        return Float32Array.from(Logistic.predict(model.logistic, vectorizer.matrix(texts)))
      })
  }
})

export const family: CountFamily = {
  kind: "counts",
  name: "linear",
  description: "tf-idf of token n-grams and logistic regression",
  card: {
    title: "linear",
    paper: "Spärck Jones 1972 (idf); Cox 1958 (logistic regression)",
    objective: "class of a text",
    goodAt:
      "an honest baseline of classification: seconds to train, hard to beat where words give the class away",
    weakAt: "anything that depends on the order of words",
    licence: "none needed: no public weights"
  },
  open: () => Effect.fail(unusable("sorts texts into classes, and writes none")),
  classify: open
}
