// Against Hugging Face tokenizers itself, the reference of the format.
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import * as fs from "node:fs"
import { BpeTrainer, byteLevelBpe, byteVocabulary, parseTokenizerJson, toJson } from "../src/index.ts"
import { characterClasses } from "../src/internal/CharacterClasses.ts"
import { expressions, type Pattern, patterns } from "../src/Pattern.ts"
import { askPeer, noPeers } from "./peers.ts"
import { integers, randomText } from "./texts.ts"
import { readVocabulary } from "./vocabularies.ts"

const trainScript = `
from tokenizers import Tokenizer, models, trainers, pre_tokenizers, decoders, Regex
level = pre_tokenizers.ByteLevel
def train(documents, size, frequency, regex):
    t = Tokenizer(models.BPE())
    t.pre_tokenizer = level(add_prefix_space=False, use_regex=True) if regex is None else pre_tokenizers.Sequence(
        [pre_tokenizers.Split(Regex(regex), "isolated"), level(add_prefix_space=False, use_regex=False)])
    t.decoder = decoders.ByteLevel()
    t.train_from_iterator(documents, trainers.BpeTrainer(vocab_size=size, min_frequency=frequency,
        special_tokens=["<|endoftext|>"], initial_alphabet=level.alphabet(), show_progress=False))
    return t
`

interface Corpus {
  readonly documents: ReadonlyArray<string>
  readonly size: number
  readonly frequency: number
  readonly pattern: Pattern
}

const hfTrain = (corpora: ReadonlyArray<Corpus>): ReadonlyArray<string> => {
  const given = corpora.map(({ pattern, ...corpus }) => ({
    ...corpus,
    regex: pattern === "gpt2" ? null : expressions[pattern]
  }))
  const answer = askPeer(
    `${trainScript}answer = [train(c["documents"], c["size"], c["frequency"], c["regex"]).to_str() for c in given]`,
    given
  )
  return Array.isArray(answer) ? answer.map(String) : []
}

const train = ({ documents, size, frequency, pattern }: Corpus) => {
  const trainer = new BpeTrainer({
    vocabSize: size,
    minFrequency: frequency,
    pattern,
    endOfText: "<|endoftext|>"
  })
  for (const document of documents) trainer.add(document)
  while (!trainer.advance(1000));
  return trainer.vocabulary()
}

const texts = (seed: number, count: number): ReadonlyArray<string> => {
  const next = integers(seed)
  return Array.from({ length: count }, () => randomText(next))
}

const chinese = (): ReadonlyArray<string> => {
  const next = integers(29)
  // few characters, uneven, no spaces, some punctuation
  const one = () => (next(12) === 0 ? "，" : String.fromCharCode(0x4e00 + Math.min(next(60), next(60))))
  return Array.from({ length: 60 }, () => Array.from({ length: 200 }, one).join(""))
}

const corpora = (): ReadonlyArray<Corpus> => {
  const next = integers(23)
  const drawn = Array.from({ length: 16 }, (_, i): Corpus => ({
    // few letters: many pairs are equally frequent, and the same piece comes out of different pairs
    documents: Array.from({ length: 20 }, () =>
      Array.from({ length: 200 }, () => ["ab ", "ab", "abc 字\n's1"][i % 3]![next([3, 2, 9][i % 3]!)]).join(
        ""
      )
    ),
    size: 2000,
    frequency: 1 + (i % 3),
    pattern: patterns[i % 2]!
  }))
  return [
    ...drawn,
    { documents: texts(31, 2000), size: 3000, frequency: 2, pattern: "gpt2" },
    { documents: texts(37, 2000), size: 3000, frequency: 2, pattern: "gpt4" },
    { documents: chinese(), size: 3000, frequency: 2, pattern: "gpt2" }
  ]
}

/** The strings for which the peer's answer is not the expected one; quicker than comparing the arrays as a whole. */
const unequal = (strings: ReadonlyArray<string>, answer: unknown, expected: ReadonlyArray<unknown>) =>
  strings.filter(
    (_, i) => JSON.stringify(Array.isArray(answer) ? answer[i] : answer) !== JSON.stringify(expected[i])
  )

describe.skipIf(noPeers !== "")(`beside Hugging Face tokenizers${noPeers}`, { timeout: 120_000 }, () => {
  it.effect("learns the same vocabulary, with many ties and in every script", () =>
    Effect.gen(function* () {
      const all = corpora()
      const theirs = hfTrain(all)
      for (const [i, corpus] of all.entries())
        assert.deepStrictEqual(train(corpus), yield* readVocabulary(theirs[i]!), `corpus ${i}`)
    })
  )

  it.each([
    ["gpt2", 10_000, () => train({ documents: texts(43, 3000), size: 4000, frequency: 2, pattern: "gpt2" })],
    ["gpt4", 3000, () => train({ documents: texts(43, 3000), size: 4000, frequency: 2, pattern: "gpt4" })],
    ["byte", 2000, () => byteVocabulary("<|endoftext|>")]
  ] as const)(
    "its %s file is loaded there and gives the same ids and text for %i random strings",
    (_, count, make) => {
      const vocabulary = make()
      const strings = texts(41, count)
      const ours = byteLevelBpe(vocabulary)
      const answer = askPeer(
        `from tokenizers import Tokenizer
t = Tokenizer.from_str(given["json"])
plain = Tokenizer.from_str(given["json"])
plain.encode_special_tokens = True
prompts = [t.encode(s).ids for s in given["strings"]]
answer = [[ids, plain.encode(s).ids, t.decode(ids)] for ids, s in zip(prompts, given["strings"])]`,
        { json: toJson(ours), strings }
      )
      const expected = strings.map((text) => {
        const prompt = ours.encode(text, { specialTokens: true })
        return [[...prompt], [...ours.encode(text)], ours.decode(prompt)]
      })
      assert.deepStrictEqual(unequal(strings, answer, expected), [])
    }
  )

  it.effect("a file made there is read here and gives the same ids for 10,000 random strings", () =>
    Effect.gen(function* () {
      const strings = texts(47, 10_000)
      const json = fs.readFileSync(new URL("golden/bpe.json", import.meta.url), "utf8")
      const ours = yield* parseTokenizerJson(json)
      const answer = askPeer(
        `from tokenizers import Tokenizer
t = Tokenizer.from_str(given["json"])
answer = [t.encode(s).ids for s in given["strings"]]`,
        { json, strings }
      )
      const expected = strings.map((text) => [...ours.encode(text, { specialTokens: true })])
      assert.deepStrictEqual(unequal(strings, answer, expected), [])
    })
  )

  it("knows the same letters, numbers and white space among all code points", () => {
    const answer = askPeer(
      String.raw`from tokenizers import pre_tokenizers, Regex
text = "".join(chr(c) for c in range(0x110000) if not 0xd800 <= c < 0xe000)
answer = []
for expression in given:
    left = pre_tokenizers.Split(Regex(expression), "removed").pre_tokenize_str(text)
    kept = set("".join(part for part, _ in left))
    answer.append([ord(c) for c in text if c not in kept])`,
      [String.raw`\p{L}`, String.raw`\p{N}`, String.raw`\s`]
    )
    const ours = [1, 2, 3].map((code) => {
      const points: Array<number> = []
      characterClasses.forEach((known, point) => {
        if (known === code) points.push(point)
      })
      return points
    })
    assert.deepStrictEqual(unequal(["letters", "numbers", "white space"], answer, ours), [])
  })
})
