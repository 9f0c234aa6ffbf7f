// RoBERTa's: `<s> A </s>`, `<s> A </s></s> B </s>`, all with type id 0.
import { Schema } from "effect"
import { trimmed } from "../internal/TrimmedOffsets.ts"
import { withTypeId } from "../internal/TypeIds.ts"
import { part } from "../Part.ts"
import { around, Named } from "./Bert.ts"
import type { PostProcessor } from "./PostProcessor.ts"

const Json = Schema.Struct({
  type: Schema.Literal("RobertaProcessing"),
  sep: Named,
  cls: Named,
  trim_offsets: Schema.Boolean,
  add_prefix_space: Schema.Boolean
})

export const roberta = (json: typeof Json.Type): PostProcessor => {
  const [cls, sep] = [json.cls[1], json.sep[1]]
  return {
    json,
    added: (isPair) => (isPair ? 4 : 2),
    process: (encodings, { addSpecialTokens, tokenOf }) =>
      encodings.map((given, place) => {
        const encoding = withTypeId(
          json.trim_offsets ? trimmed(given, json.add_prefix_space, tokenOf) : given,
          0
        )
        if (!addSpecialTokens) return encoding
        const flat = { ...encoding, overflowing: encoding.overflowing.map((one) => withTypeId(one, 0)) }
        return around(flat, [place === 0 ? cls : sep], [sep], 0)
      })
  }
}

export const readRoberta = part(Json, roberta)
