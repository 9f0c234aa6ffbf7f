// A masked language model fills in: what may stand where the mask is, likeliest first.
import { StoreLocal } from "@inkstone/artifact"
import { FillMask, MaskedModel } from "@inkstone/model-zoo"
import { Effect } from "effect"
import { failed } from "./Failure.ts"
import * as Sources from "./Sources.ts"
import * as Terminal from "./Terminal.ts"

export interface FillingOptions extends Sources.Wanted {
  readonly text: string
  readonly top: number
  readonly json: boolean
}

// as BERT's and RoBERTa's vocabularies have them
const masks = ["[MASK]", "<mask>"]
const begins = ["[CLS]", "<s>"]
const ends = ["[SEP]", "</s>"]

export const fill = Effect.fn("fill")(
  function* ({ json, text, top, ...wanted }: FillingOptions) {
    const { family, kind, opening, tokenizer } = yield* Sources.find(wanted)
    if (kind !== "encoder")
      return yield* failed("config", `${family} fills in no masks: it writes. Try inkstone generate`)
    const specials = [...tokenizer.specialTokens]
    const idOf = (names: ReadonlyArray<string>) =>
      specials.find(([, content]) => names.includes(content))?.[0]
    const maskId = idOf(masks)
    if (maskId === undefined)
      return yield* failed(
        "data",
        `the tokenizer of ${wanted.model} has no ${masks.join(" or ")} among its special tokens`
      )
    const [begin, end] = [idOf(begins), idOf(ends)]
    const ids = [
      ...(begin === undefined ? [] : [begin]),
      ...tokenizer.encode(text, { specialTokens: true }),
      ...(end === undefined ? [] : [end])
    ]
    const model = yield* MaskedModel.open(family, opening)
    for (const { candidates } of yield* FillMask.fill(model, ids, { maskId, top })) {
      const shown = candidates.map(({ id, probability }) => ({
        text: tokenizer.decode([id]),
        id,
        probability
      }))
      if (json) Terminal.out.write(`${JSON.stringify({ type: "filling", candidates: shown })}\n`)
      else
        Terminal.out.write(
          `${shown.map(({ probability, text }) => `${(100 * probability).toFixed(1).padStart(5)} %  ${text.trim()}`).join("\n")}\n`
        )
    }
  },
  Effect.scoped,
  Effect.catchTag(["ModelUnusable", "ModelFailed"], (error) => failed("resource", error.message)),
  (effect, { store }) => Effect.provide(effect, StoreLocal.layer(store))
)
