// What is refused of data before anything is built, and how it is called.
import { assert, it } from "@effect/vitest"
import type { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import * as MaskedWindows from "../../src/feeds/MaskedWindows.ts"
import * as PackedRows from "../../src/feeds/PackedRows.ts"
import * as PairData from "../../src/feeds/PairData.ts"
import { fits, sameTokens } from "../../src/feeds/Refusals.ts"
import * as SpanWindows from "../../src/feeds/SpanWindows.ts"
import { maskedRun, pairs, run, spanRun, special } from "./sources.ts"

const ids = run(60)
const [own, other] = [
  { tokenizer: "a", vocabSize: 96 },
  { tokenizer: "b", vocabSize: 96 }
]
const data = pairs("classification", 5)
const tags = pairs("token-classification", 5)

const cases: ReadonlyArray<readonly [what: string, check: Effect.Effect<void, StageFailure>, fact: string]> =
  [
    [
      "data of two tokenizers",
      sameTokens({ train: own, validation: other }, { vocabSize: 96 }),
      "TokenizersDiffer"
    ],
    [
      "tokens the network has not",
      sameTokens({ train: own, validation: own }, { vocabSize: 95 }),
      "VocabularyTooLarge"
    ],
    ["rows the network has no room for", fits("rows", 17, { contextLength: 16 }), "ContextTooShort"],
    [
      "a tokenizer without a mask",
      MaskedWindows.check("train", { ...maskedRun(ids, 16), special: { ...special, mask: -1 } }),
      "NoMaskToken"
    ],
    ["too few tokens to hide some of", MaskedWindows.check("train", maskedRun(ids, 70)), "CorpusTooShort"],
    ["rows without room for a token", MaskedWindows.check("train", maskedRun(ids, 2)), "CorpusTooShort"],
    [
      "a tokenizer without sentinels",
      SpanWindows.check("train", { ...spanRun(ids, "spans"), sentinels: [] }),
      "NoSentinels"
    ],
    [
      "more pieces than sentinels",
      SpanWindows.check("train", { ...spanRun(ids, "spans"), sourceLength: 50, sentinels: [9] }),
      "TooFewSentinels"
    ],
    [
      "sources of two tokens",
      SpanWindows.check("train", { ...spanRun(ids, "spans"), sourceLength: 2 }),
      "ContextTooShort"
    ],
    [
      "too few tokens to cut pieces out of",
      SpanWindows.check("train", spanRun(ids.subarray(0, 20), "spans")),
      "CorpusTooShort"
    ],
    [
      "splits with other labels",
      PairData.checkLabels(data, { ...data, labels: ["a", "b", "x"] }),
      "LabelsDiffer"
    ],
    [
      "classes without a name",
      PairData.checkLabels({ ...data, labels: ["a"] }, { ...data, labels: ["a"] }),
      "LabelOutOfRange"
    ],
    [
      "labels without a name",
      PairData.checkLabels({ ...tags, labels: ["a"] }, { ...tags, labels: ["a"] }),
      "LabelOutOfRange"
    ]
  ]

it.effect.each(cases)("%s: refused", ([, check, fact]) =>
  Effect.map(Effect.flip(check), (failure) => {
    assert.deepStrictEqual([failure.category, failure.fact], ["data", fact])
    assert.isAbove(failure.advice.length, 10)
  })
)

it.effect("what fits together passes, and tokens may have no label", () =>
  Effect.gen(function* () {
    yield* sameTokens({ train: own, validation: own }, { vocabSize: 96 })
    yield* fits("rows", 16, { contextLength: 16 })
    yield* MaskedWindows.check("train", maskedRun(ids, 16))
    for (const denoising of ["spans", "prefix", "deletion"] as const)
      yield* SpanWindows.check("train", spanRun(ids, denoising))
    yield* SpanWindows.check("train", { ...spanRun(ids, "prefix"), sentinels: [] })
    yield* PairData.checkLabels(data, data)
    yield* PairData.checkLabels(tags, tags)
    assert.include([...tags.tags], -1)
  })
)

it("rows of which nothing is to be foretold are none", () => {
  const columns = {
    contextLength: 2,
    id: Uint16Array.of(5, 6, 7, 8),
    segment: Uint16Array.of(1, 2, 1, 1),
    position: new Uint16Array(4),
    loss: Uint8Array.of(1, 1, 0, 0)
  }
  assert.deepStrictEqual([...PackedRows.of(columns).learnable], [])
})
