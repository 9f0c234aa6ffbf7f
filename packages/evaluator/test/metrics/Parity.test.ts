// Equal to sacreBLEU 2.6.0 and rouge-score 0.1.2: golden files made by ../golden/metrics/peers.py, and more where they are installed.
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import * as Answers from "../../src/metrics/Answers.ts"
import * as Classification from "../../src/metrics/Classification.ts"
import * as Correlation from "../../src/metrics/Correlation.ts"
import { stem } from "../../src/metrics/Porter.ts"
import { tokenize } from "../../src/metrics/Tokenizers.ts"
import { Golden, unlike } from "./golden.ts"

const folder = join(import.meta.dirname, "../golden/metrics")
const text = readFileSync(join(folder, "golden.json"), "utf8")
const golden = Schema.decodeSync(Schema.fromJsonString(Golden))(text)
const german = Schema.decodeSync(Schema.fromJsonString(Golden))(
  readFileSync(join(folder, "german.json"), "utf8")
)
const strings = Schema.Array(Schema.String)
const numbers = Schema.Array(Schema.Finite)
const { labels, series, tokens } = Schema.decodeSync(
  Schema.fromJsonString(
    Schema.Struct({
      tokens: Schema.Array(
        Schema.Struct({ text: Schema.String, "13a": strings, intl: strings, zh: strings, char: strings })
      ),
      labels: Schema.Array(
        Schema.Struct({
          references: numbers,
          predictions: numbers,
          accuracy: Schema.Finite,
          macroF1: Schema.Finite,
          mcc: Schema.Finite
        })
      ),
      series: Schema.Array(
        Schema.Struct({ a: numbers, b: numbers, pearson: Schema.Finite, spearman: Schema.Finite })
      )
    })
  )
)(text)

/** Answers whose exact match or F1 is not SQuAD's. */
const wrongAnswers = ({ answers, segments }: typeof Golden.Type): ReadonlyArray<unknown> => {
  const { rows } = Answers.statistics(segments)
  return answers.flatMap((theirs, at) => {
    const ours = [...rows.subarray(2 * at, 2 * at + 2)]
    return theirs[0] === ours[0] && theirs[1] === ours[1] ? [] : [{ segment: segments[at], theirs, ours }]
  })
}

const python = process.env["INKSTONE_PEERS_PYTHON"] ?? join(homedir(), ".cache/inkstone/peers/bin/python")
const hasPeers = (() => {
  if (!existsSync(python)) return false
  try {
    execFileSync(python, ["-c", "import sacrebleu, rouge_score"], { stdio: "ignore" })
    return true
  } catch {
    return false
  }
})()

describe("metrics beside their peers", () => {
  it("cuts text into the tokens of sacreBLEU", () => {
    for (const line of tokens)
      for (const name of ["13a", "intl", "zh", "char"] as const)
        assert.deepStrictEqual(tokenize(line.text, name), line[name], `${name}: ${JSON.stringify(line.text)}`)
    assert.isAbove(tokens.length, 100)
  })

  it("stems words as NLTK's Porter stemmer", () => {
    const wrong = golden.stems.filter(([word, stemmed]) => stem(word) !== stemmed)
    assert.deepStrictEqual(wrong, [])
    assert.isAbove(golden.stems.length, 400)
  })

  it("scores answers as SQuAD", () => {
    assert.deepStrictEqual(wrongAnswers(golden), [])
  })

  it("measures classes and correlations as their definitions in numpy", () => {
    for (const { accuracy, macroF1, mcc, predictions, references } of labels) {
      const ours = Classification.measure(predictions, references)
      assert.approximately(ours.accuracy, accuracy, 1e-12)
      assert.approximately(ours.microF1, accuracy, 1e-12)
      assert.approximately(ours.macroF1, macroF1, 1e-12)
      assert.approximately(ours.mcc, mcc, 1e-12)
    }
    for (const { a, b, pearson, spearman } of series) {
      assert.approximately(Correlation.pearson(a, b), pearson, 1e-12)
      assert.approximately(Correlation.spearman(a, b), spearman, 1e-12)
    }
  })

  for (const theirs of golden.scores) {
    it(`scores ${theirs.metric} ${JSON.stringify(theirs.options)} as the peer, each segment and the corpus`, () => {
      assert.deepStrictEqual(unlike(golden.segments, theirs), [])
    })
  }

  for (const theirs of german.scores) {
    it(`scores 300 German pairs by ${theirs.metric} ${JSON.stringify(theirs.options)} as the peer`, () => {
      assert.strictEqual(german.segments.length, 300)
      assert.deepStrictEqual(unlike(german.segments, theirs), [])
    })
  }

  it("scores German answers as SQuAD", () => {
    assert.deepStrictEqual(wrongAnswers(german), [])
  })

  it.skipIf(!hasPeers)(
    "scores 300 real pairs as the peers (skipped without sacrebleu and rouge_score; pnpm parity metrics has 2,000 a language)",
    () => {
      const output = execFileSync(python, [join(folder, "peers.py"), "pairs", "300"], {
        encoding: "utf8",
        maxBuffer: 2 ** 28
      })
      const found = Schema.decodeSync(Schema.fromJsonString(Golden))(output)
      const { scores, segments, stems } = found
      assert.deepStrictEqual(wrongAnswers(found), [])
      assert.strictEqual(segments.length, 300)
      assert.deepStrictEqual(
        scores.flatMap((theirs) => unlike(segments, theirs)),
        []
      )
      assert.deepStrictEqual(
        stems.filter(([word, stemmed]) => stem(word) !== stemmed),
        []
      )
    }
  )
})
