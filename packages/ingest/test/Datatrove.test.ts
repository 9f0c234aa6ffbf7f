// The same values and the same decisions as datatrove's filters, on real English documents and on junk. `golden/datatrove/make.py` made
// the file with the peer; its words are split there as they are here, which is where the two differ on their own (spaCy's splitter
// takes "don't" apart and keeps hyphens apart).
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { gunzipSync } from "node:zlib"
import { assert, describe, it } from "@effect/vitest"
import { type ScoreColumn, scoreColumns } from "@inkstone/artifact"
import { Schema } from "effect"
import { cut, thresholdsFor } from "../src/Cuts.ts"
import { IngestConfig } from "../src/IngestConfig.ts"
import { Measure } from "../src/measure/Measure.ts"
import { at } from "../src/measure/ScoreRow.ts"
import { profile } from "../src/Profile.ts"

const Golden = Schema.fromJsonString(
  Schema.Array(
    Schema.Struct({
      source: Schema.String,
      text: Schema.String,
      values: Schema.Record(Schema.String, Schema.Finite),
      gopher: Schema.String,
      repetition: Schema.String,
      c4: Schema.String,
      c4Left: Schema.String,
      fineweb: Schema.String
    })
  )
)
const documents = Schema.decodeSync(Golden)(
  gunzipSync(readFileSync(join(import.meta.dirname, "golden/datatrove/documents.json.gz"))).toString()
)
const tongue = { lang: "en", script: "Latn" }
const measure = new Measure()
const scored = documents.map((document) => {
  const row = measure.of({ text: document.text, profile: profile(document.text), ...tongue, known: {} })
  return { ...document, valueOf: (column: ScoreColumn) => row[at[column]] ?? Number.NaN }
})
const isColumn = (name: string): name is ScoreColumn => scoreColumns.some((column) => column === name)

/** datatrove's reasons under our names of the thresholds. */
const reasons: Readonly<Record<string, string>> = {
  gopher_short_doc: "gopher.minWords",
  gopher_long_doc: "gopher.maxWords",
  gopher_below_avg_threshold: "gopher.minMeanWordChars",
  gopher_above_avg_threshold: "gopher.maxMeanWordChars",
  gopher_too_many_hashes: "gopher.maxHashRatio",
  gopher_too_many_ellipsis: "gopher.maxEllipsisRatio",
  gopher_too_many_bullets: "gopher.maxBulletLineRatio",
  gopher_too_many_end_ellipsis: "gopher.maxEllipsisLineRatio",
  gopher_below_alpha_threshold: "gopher.minAlphaWordRatio",
  gopher_enough_stop_words: "gopher.minStopWords",
  dup_para_frac: "repetition.maxDuplicateParagraphRatio",
  dup_para_char_frac: "repetition.maxDuplicateParagraphCharRatio",
  dup_line_frac: "repetition.maxDuplicateLineRatio",
  dup_line_char_frac: "repetition.maxDuplicateLineCharRatio",
  lorem_ipsum: "c4.maxLoremIpsum",
  curly_bracket: "c4.maxCurlyBrackets",
  too_few_sentences: "c4.minSentences",
  line_punct_ratio: "fineweb.minEndedLineRatio",
  short_line_ratio: "fineweb.maxShortLineRatio",
  char_dup_ratio: "fineweb.maxDuplicateLineCharRatio",
  list_ratio: "fineweb.maxNewlineWordRatio"
}
const ours = (reason: string): string =>
  reasons[reason] ??
  reason
    .replace(/^top_(\d)_gram$/u, "repetition.maxTop$1GramCharRatio")
    .replace(/^duplicated_(\d+)_n_grams$/u, "repetition.maxDuplicate$1GramCharRatio")

describe("beside datatrove 0.10", () => {
  it("every value is the same", () => {
    for (const { source, text, valueOf, values } of scored) {
      for (const [name, value] of Object.entries(values)) {
        assert.isTrue(isColumn(name), name)
        if (isColumn(name))
          assert.strictEqual(valueOf(name), Math.fround(value), `${name} of ${source}: ${text}`)
      }
    }
  })

  it("C4 leaves the same lines", () => {
    // what is dropped as a whole has no text left over there
    const kept = scored.filter(({ c4 }) => c4 === "")
    const left = kept.map(({ text }) => {
      measure.read(text)
      return measure.withoutC4Lines(text, tongue).text
    })
    assert.isAbove(kept.length, 100)
    assert.deepStrictEqual(
      left,
      kept.map(({ c4Left }) => c4Left)
    )
  })

  it.each(["gopher", "repetition", "c4", "fineweb"] as const)(
    "%s drops the same, for the same reason",
    (group) => {
      const config = Schema.decodeSync(IngestConfig)({ files: ["x"], cuts: { [group]: {} } })
      const thresholds = thresholdsFor(config, tongue).filter(({ limit }) => limit.name.startsWith(group))
      const seen = new Set<string>()
      for (const one of scored) {
        const found = cut(one.valueOf, thresholds)?.rule ?? ""
        // datatrove names whichever comes first in the text, we the first in the table
        const both = one.valueOf("c4_lorem_ipsum") > 0 && one.valueOf("c4_curly_brackets") > 0
        const expected = both && group === "c4" ? "c4.maxLoremIpsum" : ours(one[group])
        assert.strictEqual(found, expected, `${one.source}: ${one.text}`)
        seen.add(found)
      }
      // the documents are of many sorts, or this would say little
      assert.isAtLeast(seen.size, 4)
    }
  )
})
