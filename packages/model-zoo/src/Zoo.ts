// The families by the name that weights carry. A new family is one file and one line here.
import type { Family } from "./Family.ts"
import { family as gpt2 } from "./Gpt2Model.ts"
import { family as ngram } from "./NgramModel.ts"

export const zoo = { gpt2, ngram } satisfies Readonly<Record<string, Family>>

export type FamilyName = keyof typeof zoo
