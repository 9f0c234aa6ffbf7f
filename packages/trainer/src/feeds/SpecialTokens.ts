// Tokens of a tokenizer that stand for no text: what hides others, what stands around a text, what stands for a piece cut out.
import type { Artifact, ArtifactCorrupt, StorageFailed, Tokenizer } from "@inkstone/artifact"
import type { StageFailure } from "@inkstone/stage"
import { Effect, Schema } from "effect"
import { refused } from "./Refusals.ts"

export interface SpecialTokens {
  /** of all of them */
  readonly ids: ReadonlyArray<number>
  readonly endOfText: number
  /** -1 where there is none */
  readonly mask: number
  readonly pad: number
  readonly cls: number
  readonly sep: number
  /** of `<extra_id_0>`, `<extra_id_1>`, ..., as T5 has them */
  readonly sentinels: ReadonlyArray<number>
}

/** What is read of a `tokenizer.json`. */
const TokenizerJson = Schema.fromJsonString(
  Schema.Struct({
    added_tokens: Schema.Array(
      Schema.Struct({ id: Schema.Int, content: Schema.String, special: Schema.Boolean })
    )
  })
)
const decode = Schema.decodeUnknownEffect(TokenizerJson)

const none = { pad: -1, cls: -1, sep: -1, mask: -1, unk: -1, bos: -1 }

const sentinelsOf = (added: ReadonlyArray<{ readonly id: number; readonly content: string }>) => {
  const idOf = new Map(added.map(({ content, id }) => [content, id]))
  const found: Array<number> = []
  for (let id = idOf.get("<extra_id_0>"); id !== undefined; id = idOf.get(`<extra_id_${found.length}>`))
    found.push(id)
  return found
}

/** Reads them; the tokenizer must be the one that made the tokens. */
export const read = Effect.fn("SpecialTokens.read")(function* (
  tokenizer: Artifact<typeof Tokenizer>,
  tokens: { readonly attributes: { readonly tokenizer: string } }
): Effect.fn.Return<SpecialTokens, StageFailure | ArtifactCorrupt | StorageFailed> {
  if (tokenizer.digest !== tokens.attributes.tokenizer)
    return yield* refused(
      "TokenizersDiffer",
      "the tokenizer is not the one that made the tokens",
      "Wire the tokenizer that the tokens were encoded with"
    )
  const { content, name } = yield* tokenizer.read("files")
  const { added_tokens: added } = yield* decode(content[name.indexOf("tokenizer.json")]).pipe(
    Effect.mapError(({ message }) => refused("TokenizerInvalid", `tokenizer.json: ${message}`, ""))
  )
  const { endOfTextId, special = none } = tokenizer.attributes
  const { cls, mask, pad, sep, unk, bos } = special
  const named = [endOfTextId, cls, mask, pad, sep, unk, bos].filter((id) => id >= 0)
  const others = added.flatMap((token) => (token.special ? [token.id] : []))
  return {
    ids: [...new Set([...named, ...others])].toSorted((a, b) => a - b),
    endOfText: endOfTextId,
    mask,
    pad,
    cls,
    sep,
    sentinels: sentinelsOf(added)
  }
})
