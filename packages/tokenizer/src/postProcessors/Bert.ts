// BERT's: `[CLS] A [SEP]`, `[CLS] A [SEP] B [SEP]`, the second text with type id 1.
import { Schema } from "effect"
import type { Encoding } from "../Encoding.ts"
import { mergeAll, specialEncoding } from "../internal/Encodings.ts"
import { part } from "../Part.ts"
import type { PostProcessor } from "./PostProcessor.ts"

/** A token and its id. */
export const Named = Schema.Tuple([Schema.String, Schema.Int])

const Json = Schema.Struct({ type: Schema.Literal("BertProcessing"), sep: Named, cls: Named })

/** Special tokens before and after an encoding and each of its windows. */
export const around = (
  encoding: Encoding,
  before: ReadonlyArray<number>,
  after: ReadonlyArray<number>,
  typeId: number
): Encoding => ({
  ...mergeAll([
    specialEncoding(before, typeId),
    { ...encoding, overflowing: [] },
    specialEncoding(after, typeId)
  ]),
  overflowing: encoding.overflowing.map((one) => around(one, before, after, typeId))
})

export const bert = (json: typeof Json.Type): PostProcessor => {
  const [cls, sep] = [json.cls[1], json.sep[1]]
  return {
    json,
    added: (isPair) => (isPair ? 3 : 2),
    process: (encodings, { addSpecialTokens }) =>
      addSpecialTokens
        ? encodings.map((encoding, place) => around(encoding, place === 0 ? [cls] : [], [sep], place))
        : encodings
  }
}

export const readBert = part(Json, bert)
