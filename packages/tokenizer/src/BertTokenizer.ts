// Tokenizers as BERT's: a WordPiece vocabulary with BERT's normalizer, cutting, template and decoder.
import { type AddedToken, specialToken } from "./AddedTokens.ts"
import { wordPiece } from "./decoders/WordPiece.ts"
import { WordPiece } from "./models/WordPiece.ts"
import { BertNormalizer, type BertOptions } from "./normalizers/Bert.ts"
import { template } from "./postProcessors/Template.ts"
import { bertPreTokenizer } from "./preTokenizers/Bert.ts"
import { TextTokenizer } from "./TextTokenizer.ts"

/** BERT's special tokens, in the order in which trainers number them. */
export const bertSpecialTokens = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"] as const

/** What pieces inside of words begin with. */
export const bertPrefix = "##"

/** Small letters without accents, Chinese characters apart: `bert-base-uncased`. */
export const uncased: BertOptions = {
  cleanText: true,
  chineseCharacters: true,
  stripAccents: null,
  lowercase: true
}

const piece = (id: string, type_id = 0) => ({ SpecialToken: { id, type_id } })

/** `[CLS] A [SEP]`, `[CLS] A [SEP] B [SEP]`, if both tokens are there. */
const around = (tokens: ReadonlyArray<string>) => {
  const [cls, sep] = ["[CLS]", "[SEP]"]
  const [clsId, sepId] = [tokens.indexOf(cls), tokens.indexOf(sep)]
  if (clsId < 0 || sepId < 0) return undefined
  const first = [piece(cls), { Sequence: { id: "A" as const, type_id: 0 } }, piece(sep)]
  return template({
    type: "TemplateProcessing",
    single: first,
    pair: [...first, { Sequence: { id: "B" as const, type_id: 1 } }, piece(sep, 1)],
    special_tokens: {
      [cls]: { id: cls, ids: [clsId], tokens: [cls] },
      [sep]: { id: sep, ids: [sepId], tokens: [sep] }
    }
  })
}

/** A tokenizer of a vocabulary in the order of its ids, `[UNK]` among it. */
export const bertTokenizer = (
  tokens: ReadonlyArray<string>,
  options: BertOptions & { readonly addedTokens?: ReadonlyArray<AddedToken> }
): TextTokenizer =>
  new TextTokenizer({
    addedTokens:
      options.addedTokens ??
      bertSpecialTokens.flatMap((token) =>
        tokens.includes(token) ? [specialToken(tokens.indexOf(token), token)] : []
      ),
    normalizer: new BertNormalizer(options),
    preTokenizer: bertPreTokenizer,
    model: new WordPiece({ tokens, unkToken: "[UNK]", prefix: bertPrefix, longestWord: 100 }),
    postProcessor: around(tokens),
    decoder: wordPiece({ prefix: bertPrefix, cleanup: true })
  })
