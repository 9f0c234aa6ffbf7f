// Equal to sacreBLEU 2.6.0 and rouge-score 0.1.2: golden files made by ../golden/metrics/peers.py, and more where they are installed.
import { execFileSync } from "node:child_process"
import { existsSync, readFileSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { stem } from "../../src/metrics/Porter.ts"
import { tokenize } from "../../src/metrics/Tokenizers.ts"
import { Golden, unlike } from "./golden.ts"

const folder = join(import.meta.dirname, "../golden/metrics")
const text = readFileSync(join(folder, "golden.json"), "utf8")
const golden = Schema.decodeUnknownSync(Schema.fromJsonString(Golden))(text)
const words = Schema.Array(Schema.String)
const { tokens } = Schema.decodeUnknownSync(
  Schema.fromJsonString(
    Schema.Struct({
      tokens: Schema.Array(
        Schema.Struct({ text: Schema.String, "13a": words, intl: words, zh: words, char: words })
      )
    })
  )
)(text)

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

  for (const theirs of golden.scores) {
    it(`scores ${theirs.metric} ${JSON.stringify(theirs.options)} as the peer, each segment and the corpus`, () => {
      assert.deepStrictEqual(unlike(golden.segments, theirs), [])
    })
  }

  it.skipIf(!hasPeers)(
    "scores 2,000 real pairs as the peers (skipped without sacrebleu and rouge_score)",
    () => {
      const output = execFileSync(python, [join(folder, "peers.py"), "pairs", "2000"], {
        encoding: "utf8",
        maxBuffer: 2 ** 28
      })
      const { scores, segments, stems } = Schema.decodeUnknownSync(Schema.fromJsonString(Golden))(output)
      assert.strictEqual(segments.length, 2000)
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
