// `pnpm parity metrics`: our task metrics beside sacreBLEU and rouge-score on real paragraphs in English, German and Chinese.
import type { Segment } from "@inkstone/evaluator"
import { Effect, Schema } from "effect"
import { advice, Peer, python } from "../bench/Peer.ts"
import { integers } from "../support/Integers.ts"
import { type Aligned, type Language, read } from "./HelpTexts.ts"
import { type Scores, type Work, works } from "./MetricWorks.ts"

const usage = `usage: parity metrics [--pairs n] [--seed n] [--only name] [--json]

Scores pairs of real paragraphs of LibreOffice's help (fetched once by apt, MPL-2.0) with every metric, ours and theirs: every segment,
the corpus and the signature. sacreBLEU's numbers count as equal within 1e-9, rouge-score's to the last bit. Exit codes: 0 all equal,
1 something differs, 2 usage, 4 no peer or no apt.
`

interface Options {
  readonly pairs: number
  readonly seed: number
  readonly only: string
  readonly json: boolean
}

/** The words of a text; of Chinese its characters. */
const unitsOf = (text: string, language: Language) =>
  language === "Chinese" ? Array.from(text) : text.split(" ")

/**
 * Every other output is the paragraph that stands next to its reference in the order of the alphabet, which often begins alike; the others
 * are the reference with a run of words moved, some lost, and some of the next paragraph put in.
 */
const segmentsOf = (
  texts: ReadonlyArray<Aligned>,
  language: Language,
  { pairs, seed }: Options
): ReadonlyArray<Segment> => {
  const draw = integers(seed)
  return Array.from({ length: pairs }, (_, i) => {
    const at = draw(texts.length - 1)
    const [reference, next] = [texts[at]![language], texts[at + 1]![language]]
    if (i % 2 === 0) return { output: next, references: [reference] }
    const words = unitsOf(reference, language)
    const others = unitsOf(next, language)
    const moved = words.splice(draw(words.length), 1 + draw(4))
    words.splice(draw(words.length + 1), 0, ...moved)
    words.splice(draw(words.length + 1), draw(3))
    words.splice(draw(words.length + 1), 0, ...others.slice(0, draw(4)))
    return { output: words.join(language === "Chinese" ? "" : " "), references: [reference] }
  })
}

const decodeVersions = Schema.decodeUnknownSync(Schema.Struct({ versions: Schema.Array(Schema.String) }))
const decodeScores = Schema.decodeUnknownSync(
  Schema.Struct({
    sentences: Schema.Array(Schema.Array(Schema.Finite)),
    corpus: Schema.optionalKey(Schema.Finite),
    signature: Schema.optionalKey(Schema.String)
  })
)

interface Comparison {
  readonly work: string
  readonly language: Language
  readonly segments: number
  /** segments that differ */
  readonly different: number
  /** largest difference of any number, the corpus included */
  readonly largest: number
  readonly corpus: "equal" | "differs" | "none"
  readonly signature: "equal" | "differs" | "none"
}

const apart = (a: number, b: number | undefined) => Math.abs(a - (b ?? Infinity))

const compare = (ours: Scores, theirs: Scores, { tolerance }: Work) => {
  const differences = theirs.sentences.map((row, at) =>
    Math.max(0, ...row.map((score, i) => apart(score, ours.sentences[at]?.[i])))
  )
  const corpus = theirs.corpus === undefined ? 0 : apart(theirs.corpus, ours.corpus)
  const signature = theirs.signature === ours.signature ? "equal" : "differs"
  return {
    segments: differences.length,
    different: differences.filter((each) => each > tolerance).length,
    largest: differences.reduce((most, each) => Math.max(most, each), corpus),
    corpus: theirs.corpus === undefined ? "none" : corpus <= tolerance ? "equal" : "differs",
    signature: theirs.signature === undefined ? "none" : signature
  } as const
}

const tell = ({ corpus, different, language, largest, segments, signature, work }: Comparison) => {
  const whole = corpus === "none" ? "" : `, corpus ${corpus}, signature ${signature}`
  const apart = largest === 0 ? "no difference" : `largest difference ${largest.toExponential(1)}`
  return `${language.padEnd(8)} ${work.padEnd(22)} ${segments - different} of ${segments} equal${whole}; ${apart}`
}

const optionsOf = (words: ReadonlyArray<string>): Options | undefined => {
  const values = new Map<string, string>()
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? ""
    if (!["--pairs", "--seed", "--only", "--json"].includes(word)) return undefined
    values.set(word, word === "--json" ? "" : (words[++i] ?? ""))
  }
  const [pairs, seed] = [Number(values.get("--pairs") ?? 2000), Number(values.get("--seed") ?? 1337)]
  if (!Number.isInteger(pairs) || pairs < 1 || !Number.isInteger(seed)) return undefined
  return { pairs, seed, only: values.get("--only") ?? "", json: values.has("--json") }
}

const write = (line: string) => process.stdout.write(`${line}\n`)

/** The exit code. */
export const metrics = async (words: ReadonlyArray<string>): Promise<number> => {
  const options = optionsOf(words)
  const isAsked = words.includes("--help")
  if (options === undefined) {
    process[isAsked ? "stdout" : "stderr"].write(usage)
    return isAsked ? 0 : 2
  }
  const interpreter = python()
  if (interpreter === undefined) {
    process.stderr.write(`${advice}\n`)
    return 4
  }
  const texts = await Effect.runPromise(read.pipe(Effect.catch((error) => Effect.succeed(error.message))))
  if (typeof texts === "string") {
    process.stderr.write(`${texts}\n`)
    return 4
  }
  const peer = Peer.python(interpreter, "../../parity/metrics_peer.py")
  try {
    const { versions } = decodeVersions(await peer.ask({ work: "versions" }))
    if (!options.json)
      write(`${options.pairs} pairs of a language, seed ${options.seed}; ${versions.join(", ")}`)
    let wrong = 0
    for (const language of ["English", "German", "Chinese"] as const) {
      const segments = segmentsOf(texts, language, options)
      const outputs = segments.map(({ output }) => output)
      const references = segments.map(({ references: [reference] }) => reference)
      for (const work of works) {
        if (!work.name.includes(options.only)) continue
        const theirs = decodeScores(await peer.ask({ metric: work.name, outputs, references }))
        const found = compare(work.score(segments), theirs, work)
        const comparison: Comparison = { work: work.name, language, ...found }
        if (found.different > 0 || found.corpus === "differs" || found.signature === "differs") wrong++
        write(options.json ? JSON.stringify({ type: "parity", versions, ...comparison }) : tell(comparison))
      }
    }
    if (!options.json) write(wrong === 0 ? "all equal" : `${wrong} comparisons have differences`)
    return wrong === 0 ? 0 : 1
  } finally {
    peer.close()
  }
}
