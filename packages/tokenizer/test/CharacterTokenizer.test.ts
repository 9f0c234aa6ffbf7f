import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { CharacterTrainer, parseTokenizerJson, type TextTokenizer, toJson } from "../src/index.ts"
import { askPeer, noPeers } from "./peers.ts"
import { integers, mixedText, randomText } from "./texts.ts"

const train = (texts: ReadonlyArray<string>, byteFallback: boolean, vocabSize = 1500): TextTokenizer => {
  const trainer = new CharacterTrainer({
    vocabSize,
    minFrequency: 1,
    byteFallback,
    endOfText: "<|endoftext|>",
    unknown: "<unk>"
  })
  for (const text of texts) trainer.add(text)
  return trainer.tokenizer()
}

describe("the character tokenizer", () => {
  const tokenizer = train(["banana 字"], true)

  it("has a token for each character, after the marks and the bytes, in the order of code points", () => {
    assert.strictEqual(tokenizer.type, "character")
    assert.deepStrictEqual(
      Array.from({ length: tokenizer.vocabSize - 257 }, (_, i) => tokenizer.tokenOf(257 + i)),
      [" ", "a", "b", "n", "字"]
    )
    assert.deepStrictEqual([...tokenizer.encode("nab")], [260, 258, 259])
  })

  it.prop("gives back every text, by bytes where it knows no character", [mixedText], ([text]) =>
    assert.strictEqual(tokenizer.decode(tokenizer.encode(text)), text)
  )

  it.prop("has tokens whose bytes are the text", [mixedText], ([text]) => {
    const ids = Array.from(tokenizer.encode(text))
    assert.deepStrictEqual(Buffer.concat(ids.map((id) => tokenizer.pieceBytes(id))), Buffer.from(text))
  })

  it("without bytes says that a character is unknown", () => {
    const plain = train(["banana"], false)
    assert.deepStrictEqual(
      Array.from(plain.encode("bX"), (id) => plain.tokenOf(id)),
      ["b", "<unk>"]
    )
  })

  it("keeps the frequent characters where there is little room", () => {
    const small = train(["aaabbc"], false, 4)
    assert.deepStrictEqual(
      [small.vocabSize, small.idOf("a"), small.idOf("b"), small.idOf("c")],
      [4, 2, 3, -1]
    )
  })
})

describe.skipIf(noPeers !== "")(`beside Hugging Face tokenizers${noPeers}`, { timeout: 120_000 }, () => {
  it.effect("character files and BPE over characters give the same ids, places and texts", () =>
    Effect.gen(function* () {
      const next = integers(8)
      const strings = Array.from({ length: 400 }, (_, i) =>
        i % 2 === 0 ? randomText(next) : Array.from({ length: 30 }, () => "the nation字"[next(11)]).join("")
      )
      const learned = askPeer(
        `from tokenizers import Tokenizer, models, trainers, normalizers, decoders, pre_tokenizers
t = Tokenizer(models.BPE(unk_token="<unk>", byte_fallback=True, fuse_unk=True))
t.pre_tokenizer = pre_tokenizers.Split(" ", "merged_with_next")
t.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
t.train_from_iterator([s for s in given if "a" in s], trainers.BpeTrainer(vocab_size=700, show_progress=False,
    limit_alphabet=30, special_tokens=["<unk>"] + ["<0x%02X>" % i for i in range(256)]))
j = json.loads(t.to_str())
j["added_tokens"] = j["added_tokens"][:1]
k = json.loads(json.dumps(j))
k["model"].update(byte_fallback=False, fuse_unk=False, ignore_merges=True)
answer = [json.dumps(j), json.dumps(k), json.dumps({**k, "pre_tokenizer": None})]`,
        strings
      )
      const jsons = [
        toJson(train(strings.slice(0, 100), true)),
        toJson(train(strings.slice(0, 100), false)),
        ...(Array.isArray(learned) ? learned.map(String) : [])
      ]
      const theirs = askPeer(
        `from tokenizers import Tokenizer
def show(t, s):
    e = t.encode(s)
    return [e.ids, [o for pair in e.offsets for o in pair], t.decode(e.ids)]
answer = [[show(t, s) for s in given["strings"]] for t in map(Tokenizer.from_str, given["jsons"])]`,
        { jsons, strings }
      )
      assert.strictEqual(jsons.length, 5)
      for (const [i, json] of jsons.entries()) {
        const ours = yield* parseTokenizerJson(json)
        const found = yield* Effect.forEach(strings, (text) =>
          Effect.map(ours.encoding(text), ({ charOffsets, ids }) => [
            [...ids],
            [...charOffsets],
            ours.decode(ids)
          ])
        )
        assert.deepStrictEqual<unknown>(found, Array.isArray(theirs) ? theirs[i] : undefined, `file ${i}`)
      }
      assert.isAbove((yield* parseTokenizerJson(jsons[2]!)).vocabSize, 400)
    })
  )
})
