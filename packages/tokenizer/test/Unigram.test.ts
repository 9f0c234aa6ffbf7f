import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import {
  parseTokenizerJson,
  toJson,
  unigramTokenizer,
  type UnigramSettings,
  UnigramTrainer
} from "../src/index.ts"
import { Pipeline } from "../src/internal/Pipeline.ts"
import { PipelineEncoder } from "../src/internal/PipelineEncoder.ts"
import { TokenRun } from "../src/TokenRun.ts"
import { asSerdeReads } from "../src/internal/JsonNumber.ts"
import { UnigramModel, type UnigramVocabulary } from "../src/unigram/UnigramModel.ts"
import { suffixOrder } from "../src/unigram/SuffixOrder.ts"
import { RunCounts } from "../src/unigram/RunCounts.ts"
import { anyText, integers, mixedText } from "./texts.ts"
import { askPeer, noPeers } from "./peers.ts"

const vocabulary = (
  scored: ReadonlyArray<readonly [string, number]>,
  byteFallback = false
): UnigramVocabulary => ({
  pieces: scored.map(([piece]) => piece),
  scores: Float64Array.from(scored, ([, score]) => score),
  unkId: 0,
  byteFallback
})

const cut = (model: UnigramModel, text: string): ReadonlyArray<number> => {
  const bytes = new TextEncoder().encode(text)
  return [...model.ids.subarray(0, model.encode(bytes, 0, bytes.length))]
}

/** The best score over all ways to cut, tried one by one; unknown characters cost 10 more than the worst piece. */
const bestScore = ({ pieces, scores }: UnigramVocabulary, text: string): number => {
  const unknown = Math.min(...scores) - 10
  const characters = Array.from(text)
  const scoreOf = new Map(pieces.map((piece, id) => [piece, scores[id]!]))
  const from = (at: number): number => {
    if (at === characters.length) return 0
    let best = -Infinity
    for (let to = at + 1; to <= characters.length; to++) {
      const score = scoreOf.get(characters.slice(at, to).join("")) ?? (to === at + 1 ? unknown : undefined)
      if (score !== undefined) best = Math.max(best, score + from(to))
    }
    return best
  }
  return from(0)
}

const documents = (): ReadonlyArray<string> => {
  const lines = fs.readFileSync(new URL("golden/ids.json", import.meta.url), "utf8")
  const cases: ReadonlyArray<{ readonly text: string }> = JSON.parse(lines)
  return [
    ...cases.map(({ text }) => text),
    "子曰：學而時習之，不亦說乎？有朋自遠方來，不亦樂乎？",
    "學而時習之。不亦說乎"
  ]
}

const settings: UnigramSettings = {
  vocabSize: 600,
  specialTokens: ["<pad>", "</s>", "<unk>"],
  unknownToken: "<unk>"
}

const learn = (texts: ReadonlyArray<string>, more: Partial<UnigramSettings> = {}) => {
  const trainer = new UnigramTrainer({ ...settings, ...more })
  for (const text of texts) trainer.add(text)
  while (!trainer.advance());
  return trainer
}

/** What a tokenizer with `▁` before words makes of a text: no blank at its beginning, and `▁` is one. */
const asDecoded = (text: string) => text.toWellFormed().replaceAll("▁", " ").replace(/^ /, "")

describe("a Unigram model", () => {
  it("takes the most likely way, the first one found where two are equal", () => {
    const model = new UnigramModel(
      vocabulary([
        ["<unk>", 0],
        ["a", 0],
        ["b", 0],
        ["c", 0],
        ["d", 0],
        ["cd", 1],
        ["ab", 2],
        ["abc", 5],
        ["abcd", 10]
      ])
    )
    // the example in the documentation of Hugging Face's `encode`
    assert.deepStrictEqual(cut(model, "abcdacdxx"), [8, 1, 5, 0])
    const ties = new UnigramModel(
      vocabulary([
        ["<unk>", 0],
        ["a", -1],
        ["aa", -2]
      ])
    )
    assert.deepStrictEqual(cut(ties, "aaa"), [1, 2])
  })

  it("finds no worse a way than trying all of them", () => {
    const next = integers(5)
    for (let round = 0; round < 200; round++) {
      const letters = "abc字é"
      const draw = (most: number) =>
        Array.from({ length: 1 + next(most) }, () => Array.from(letters)[next(5)]!).join("")
      const drawn = Array.from({ length: 12 }, () => [draw(4), -1 - next(1000) / 100] as const)
      const given = vocabulary([["<unk>", 0], ...new Map(drawn)])
      const text = draw(10)
      const scores = cut(new UnigramModel(given), text)
      // unknown neighbours are one token, so only texts without any can be added up
      if (scores.includes(0)) continue
      const total = scores.reduce((sum, id) => sum + given.scores[id]!, 0)
      assert.closeTo(total, bestScore(given, text), 1e-9)
    }
  })

  it("reads numbers as Hugging Face does, one rounding more than JavaScript", () => {
    assert.strictEqual(asSerdeReads(-2.5), -2.5)
    assert.strictEqual(asSerdeReads(1e-7), 1e-7)
    for (const value of [-2.0122928619384766, 3.141592653589793e-5])
      assert.closeTo(asSerdeReads(value), value, Math.abs(value) * 2 ** -51)
  })
})

describe("a suffix order", () => {
  it("is that of sorting the suffixes' first characters", () => {
    const next = integers(9)
    for (const [alphabet, depth] of [
      [2, 5],
      [4, 17],
      [3, 8]
    ] as const) {
      const text = Int32Array.from({ length: 300 }, () => next(alphabet))
      const key = (at: number) => Array.from(text.subarray(at, at + depth), String).join("")
      const sorted = Array.from(text.keys()).toSorted((a, b) =>
        key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : a - b
      )
      const order = Array.from(suffixOrder(text, alphabet, depth))
      assert.deepStrictEqual(order.map(key), sorted.map(key))
    }
  })
})

describe("counts of runs", () => {
  it("stay near the truth in a tenth of the memory, and within it", () => {
    const next = integers(13)
    const counts = new RunCounts(2000)
    const truth = new Map<string, number>()
    for (let i = 0; i < 40_000; i++) {
      const text = next(2) === 0 ? `w${next(10)}` : `rare-${next(5000)}`
      truth.set(text, (truth.get(text) ?? 0) + 1)
      const bytes = new TextEncoder().encode(text)
      counts.add(bytes, 0, bytes.length)
    }
    assert.isAbove(counts.rate, 1)
    assert.isAtMost(counts.runs.byteLength, 2010)
    let total = 0
    for (let run = 0; run < counts.runs.size; run++) total += counts.counts[run]!
    assert.closeTo(total, 40_000, 4000)
    for (let w = 0; w < 10; w++) {
      const bytes = new TextEncoder().encode(`w${w}`)
      const own = Array.from({ length: counts.runs.size }, (_, run) => run).find((run) =>
        Buffer.from(bytes).equals(
          counts.runs.bytes.subarray(counts.runs.starts[run], counts.runs.starts[run + 1])
        )
      )
      assert.closeTo(counts.counts[own ?? -1] ?? 0, truth.get(`w${w}`) ?? 0, 300)
    }
  })
})

describe("a trained Unigram vocabulary", () => {
  it("has the wanted size, the special tokens first, every character, and falling scores", () => {
    const trainer = learn(documents())
    const { pieces, scores, unkId } = trainer.vocabulary()
    assert.strictEqual(pieces.length, 600)
    assert.deepStrictEqual(pieces.slice(0, 3), ["<pad>", "</s>", "<unk>"])
    assert.strictEqual(unkId, 2)
    assert.strictEqual(new Set(pieces).size, 600)
    assert.deepStrictEqual(
      Array.from(scores.slice(3)),
      Array.from(scores.slice(3)).toSorted((a, b) => b - a)
    )
    const known = new Set(pieces)
    for (const character of documents().join("").replaceAll(" ", "▁")) assert.isTrue(known.has(character))
    assert.deepStrictEqual(trainer.dropped, [])
    // frequent words are pieces, and none crosses a word or mixes Han with signs
    for (const word of ["▁the", "▁and"]) assert.isTrue(known.has(word))
    for (const piece of pieces.slice(3)) assert.notMatch(piece, /.▁|\p{Script=Han}\p{P}|\p{P}\p{Script=Han}/u)
  })

  it("tells which characters got no piece, and cuts text there", () => {
    const trainer = learn(documents(), { characterCoverage: 0.98 })
    const known = new Set(trainer.vocabulary().pieces)
    assert.isAbove(trainer.dropped.length, 0)
    for (const { character, count } of trainer.dropped) {
      assert.isFalse(known.has(character))
      assert.isAbove(count, 0)
    }
  })

  it("is the same whatever the memory, as long as it suffices", () => {
    const first = learn(documents()).vocabulary()
    assert.deepStrictEqual(learn(documents(), { runBytes: 2 ** 20 }).vocabulary(), first)
  })

  it("has every character also where memory allows a sample only", () => {
    const trainer = learn(documents(), { runBytes: 2000, vocabSize: 300 })
    assert.isAbove(trainer.sampling, 1)
    const known = new Set(trainer.vocabulary().pieces)
    for (const character of documents().join("").replaceAll(" ", "▁")) assert.isTrue(known.has(character))
  })

  const bytes = unigramTokenizer(learn(documents(), { byteFallback: true, vocabSize: 700 }).vocabulary(), {
    specialTokens: settings.specialTokens
  })
  it.effect.prop(
    "with byte fallback gives every text back, and never the unknown token",
    { text: mixedText },
    ({ text }) =>
      Effect.sync(() => {
        const ids = bytes.encode(text)
        assert.isFalse(ids.includes(2))
        assert.strictEqual(bytes.decode(ids), asDecoded(text))
      })
  )
  it.effect.prop("and so any UTF-16 at all", { text: anyText }, ({ text }) =>
    Effect.sync(() => {
      const ids = bytes.encode(text)
      assert.isFalse(ids.includes(2))
      assert.strictEqual(bytes.decode(ids), asDecoded(text))
    })
  )
  it.each([true, false])(
    "gives the same ids and places by its short ways as by the general one (prefix: %s)",
    (prefix) => {
      const tokenizer = unigramTokenizer(learn(documents(), { prefix, vocabSize: 500 }).vocabulary(), {
        specialTokens: settings.specialTokens,
        prefix
      })
      const general = new PipelineEncoder(new Pipeline(tokenizer.parts))
      const next = integers(41)
      const parts = [
        ...documents(),
        "學而時習之不亦說乎有朋自遠方來".repeat(8),
        "▁",
        " ",
        "  ",
        "龘𠀀é",
        "the▁and",
        "\n"
      ]
      const texts = Array.from({ length: 200 }, () =>
        Array.from({ length: 1 + next(5) }, () => parts[next(parts.length)]!).join(next(2) === 0 ? "" : " ")
      )
      for (const text of [...texts, ...parts]) {
        const run = new TokenRun()
        general.load(text)
        while (!general.advance(run, Infinity));
        const { ids, offsets } = tokenizer.encodeWithOffsets(text)
        assert.deepStrictEqual([...ids], [...run.ids.subarray(0, run.length)], JSON.stringify(text))
        assert.deepStrictEqual([...offsets], [...run.offsets.subarray(0, run.length)], JSON.stringify(text))
      }
    }
  )
  it("takes the name of a byte in a text for text", () => {
    assert.strictEqual(bytes.decode(bytes.encode("a <0x41> b")), "a <0x41> b")
  })
})

describe.skipIf(noPeers !== "")(`Unigram beside the peers${noPeers}`, { timeout: 60_000 }, () => {
  it.effect("its file is loaded by Hugging Face, and read again, with equal ids and texts", () =>
    Effect.gen(function* () {
      const ours = unigramTokenizer(learn(documents(), { byteFallback: true, vocabSize: 700 }).vocabulary(), {
        specialTokens: settings.specialTokens
      })
      const again = yield* parseTokenizerJson(toJson(ours))
      const next = integers(37)
      const texts = [
        ...documents(),
        ...Array.from({ length: 500 }, () => documents()[next(100)]!.slice(next(50)))
      ]
      const answer = askPeer(
        `from tokenizers import Tokenizer
t = Tokenizer.from_str(given["json"])
answer = [[t.encode(s).ids, t.decode(t.encode(s).ids)] for s in given["texts"]]`,
        { json: toJson(ours), texts }
      )
      for (const one of [ours, again])
        assert.deepStrictEqual(
          texts.map((text) => [[...one.encode(text)], one.decode(one.encode(text))]),
          answer
        )
    })
  )

  it("needs no more bits a character than sentencepiece's vocabulary of the same size", () => {
    const texts = documents()
    const given = { texts, size: 600, ours: learn(texts).vocabulary().pieces }
    const { scores } = learn(texts).vocabulary()
    const answer = askPeer(
      `import io, math, collections, sentencepiece as spm
from tokenizers import Tokenizer, models, pre_tokenizers
model = io.BytesIO()
spm.SentencePieceTrainer.train(sentence_iterator=iter(given["texts"]), model_writer=model, vocab_size=given["size"], character_coverage=1.0,
    normalization_rule_name="identity", remove_extra_whitespaces=False, pad_id=0, eos_id=1, unk_id=2, bos_id=-1, num_threads=1, minloglevel=2)
p = spm.SentencePieceProcessor(model_proto=model.getvalue())
theirs = [(p.id_to_piece(i), p.get_score(i)) for i in range(p.get_piece_size())]
def bits(vocab):
    t = Tokenizer(models.Unigram(vocab, 2, False)); t.pre_tokenizer = pre_tokenizers.Metaspace()
    ids = [i for s in given["texts"] for i in t.encode(s).ids]
    c = collections.Counter(ids)
    return [len(ids), -sum(n * math.log2(n / len(ids)) for n in c.values()) / sum(map(len, given["texts"]))]
answer = [bits(list(zip(given["ours"], given["scores"]))), bits(theirs)]`,
      { ...given, scores: [...scores] }
    )
    const [ourTokens = 0, ourBits = 0, theirTokens = 0, theirBits = 0] = Array.isArray(answer)
      ? answer.flat().map(Number)
      : []
    assert.isAbove(ourBits, 1)
    assert.isBelow(ourBits, 1.01 * theirBits)
    assert.isBelow(ourTokens, 1.02 * theirTokens)
  })
})
