// Every task metric by the name that its peer is asked by: ours of each segment, of the corpus, and its signature.
import { Bleu, Chrf, Rouge, type Segment, Ter } from "@inkstone/evaluator"

export interface Scores {
  /** numbers of each segment */
  readonly sentences: ReadonlyArray<ReadonlyArray<number>>
  readonly corpus?: number
  readonly signature?: string
}

export interface Work {
  readonly name: string
  /** two numbers are equal where they differ by no more */
  readonly tolerance: number
  readonly score: (segments: ReadonlyArray<Segment>) => Scores
}

type Segments = ReadonlyArray<Segment>
const one = (each: Float64Array) => Array.from(each, (score) => [score])

const bleu = (tokenizer: Bleu.Options["tokenizer"]): Work => {
  const options = { ...Bleu.defaults, tokenizer }
  return {
    name: `BLEU ${tokenizer}`,
    tolerance: 1e-9,
    score: (segments) => ({
      sentences: one(Bleu.sentences(segments, options)),
      corpus: Bleu.corpus(segments, options).score,
      signature: Bleu.signature(segments, options)
    })
  }
}

const chrf = (name: string, options: Chrf.Options): Work => ({
  name,
  tolerance: 1e-9,
  score: (segments) => ({
    sentences: one(Chrf.sentences(segments, options)),
    corpus: Chrf.corpus(segments, options),
    signature: Chrf.signature(segments, options)
  })
})

const ter = (name: string, options: Ter.Options): Work => ({
  name,
  tolerance: 1e-9,
  score: (segments) => ({
    sentences: one(Ter.sentences(segments, options)),
    corpus: Ter.corpus(segments, options),
    signature: Ter.signature(segments, options)
  })
})

/** To the last bit. */
const rouge = (name: string, tokenizer: Rouge.Options["tokenizer"]): Work => ({
  name: `ROUGE ${name}`,
  tolerance: 0,
  score: (segments: Segments) => ({
    sentences: Rouge.sentences(segments, { tokenizer, minimumCoverage: 0 }).map((result) =>
      result.measured
        ? Rouge.kinds.flatMap((kind) => [result[kind].precision, result[kind].recall, result[kind].f])
        : []
    )
  })
})

export const works: ReadonlyArray<Work> = [
  bleu("13a"),
  bleu("intl"),
  bleu("zh"),
  bleu("char"),
  chrf("chrF", Chrf.defaults),
  chrf("chrF++", Chrf.plusPlus),
  ter("TER", Ter.defaults),
  ter("TER normalized, asian", { ...Ter.defaults, normalized: true, asian: true }),
  rouge("english", "english"),
  rouge("stemmed", "english-stemmed"),
  rouge("chinese", "chinese")
]
