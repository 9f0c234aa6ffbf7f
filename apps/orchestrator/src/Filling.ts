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

export const fill = Effect.fn("fill")(
  function* ({ json, text, top, ...wanted }: FillingOptions) {
    const { family, kind, opening, tokenizer } = yield* Sources.find(wanted)
    if (kind !== "encoder")
      return yield* failed("config", `${family} fills in no masks: it writes. Try inkstone generate`)
    const { cls, mask, sep } = tokenizer.special
    if (mask < 0)
      return yield* failed(
        "data",
        `the tokenizer of ${wanted.model} has no [MASK] or <mask> among its special tokens`
      )
    // a tokenizer without a template of its own gets BERT's
    const around = tokenizer.parts.postProcessor !== undefined
    const ids = around
      ? Array.from((yield* tokenizer.encoding(text, { padding: null, truncation: null })).ids)
      : [cls, ...tokenizer.encode(text, { specialTokens: true }), sep].filter((id) => id >= 0)
    const model = yield* MaskedModel.open(family, opening)
    for (const { candidates } of yield* FillMask.fill(model, ids, { maskId: mask, top })) {
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
  Effect.catchTag("TruncationImpossible", (error) => failed("data", error.message)),
  Effect.catchTag(["ModelUnusable", "ModelFailed"], (error) => failed("resource", error.message)),
  (effect, { store }) => Effect.provide(effect, StoreLocal.layer(store))
)
