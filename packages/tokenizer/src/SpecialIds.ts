// Which token plays which role, by the names that published tokenizers give them.
import type { AddedToken } from "./AddedTokens.ts"

/** -1 where there is none. */
export interface SpecialIds {
  /** closes every document */
  readonly endOfText: number
  /** opens a text */
  readonly bos: number
  readonly pad: number
  /** what is in no other token */
  readonly unk: number
  readonly cls: number
  readonly sep: number
  readonly mask: number
}

const names = {
  endOfText: ["<|endoftext|>", "</s>", "<eos>", "<|end_of_text|>", "<|eos|>", "[EOS]", "[SEP]"],
  bos: ["<s>", "<bos>", "<|begin_of_text|>", "<|startoftext|>", "<|bos|>", "[BOS]"],
  pad: ["[PAD]", "<pad>", "<|pad|>", "<|padding|>", "<|finetune_right_pad_id|>"],
  cls: ["[CLS]", "<cls>", "<s>"],
  sep: ["[SEP]", "<sep>", "</s>"],
  mask: ["[MASK]", "<mask>", "<|mask|>"]
} as const

/** The roles of special tokens; where there is just one of them and it has another name, it is end-of-text. */
export const specialIds = (tokens: ReadonlyArray<AddedToken>, unk: number): SpecialIds => {
  const special = tokens.filter((token) => token.special)
  const named = (role: keyof typeof names): number => {
    for (const name of names[role]) {
      const token = special.find(({ content }) => content === name)
      if (token !== undefined) return token.id
    }
    return -1
  }
  const [only, ...others] = special
  const endOfText = named("endOfText")
  return {
    endOfText: endOfText < 0 && only !== undefined && others.length === 0 ? only.id : endOfText,
    bos: named("bos"),
    pad: named("pad"),
    unk,
    cls: named("cls"),
    sep: named("sep"),
    mask: named("mask")
  }
}
