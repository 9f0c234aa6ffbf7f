// The families by the name that weights carry. A new family is one file and one line here.
import type { Family } from "./Family.ts"
import { family as bert } from "./Bert.ts"
import { family as distilbert } from "./DistilBert.ts"
import { family as gpt2 } from "./Gpt2.ts"
import { family as gpt3 } from "./Gpt3.ts"
import { family as linear } from "./LinearModel.ts"
import { family as llama } from "./Llama.ts"
import { family as ngram } from "./NgramModel.ts"
import { family as roberta } from "./Roberta.ts"
import { family as t5 } from "./T5.ts"

export const zoo = { gpt2, gpt3, llama, bert, roberta, distilbert, t5, ngram, linear } satisfies Readonly<
  Record<string, Family>
>

export type FamilyName = keyof typeof zoo

/** A family by name, or undefined. */
export const find = (name: string): Family | undefined =>
  Object.hasOwn(zoo, name) ? new Map<string, Family>(Object.entries(zoo)).get(name) : undefined
