// Says in one line how a number was made. Two numbers may be ranked only if their signatures are the same text.
import { createHash } from "node:crypto"

export interface Conditions {
  /** tokens, or `model<=256`: each model its own, at most so many */
  readonly context: string
  /** tokens, or `context/2` */
  readonly stride: string
  /** of the documents, see `dataDigest` */
  readonly data: string
  readonly split: string
}

/** What a number is per; one per token depends on the tokenizer. */
export type Per = { readonly unit: "byte" } | { readonly unit: "token"; readonly tokenizer: string }

/**
 * What was measured on, whatever the tokenizer: ids and sizes of the documents, in order (the digest of the tokens would
 * differ between tokenizers, and bits per byte may be compared across them).
 */
export const dataDigest = (ids: ReadonlyArray<string>, bytes: ArrayLike<number>): string => {
  const hash = createHash("sha256")
  for (const [row, id] of ids.entries()) hash.update(`${id}:${bytes[row]}\n`)
  return hash.digest("hex").slice(0, 16)
}

/**
 * The signature of a metric. `bos:end-of-text`: a document is read after an end-of-text token; `scored:all+end-of-text`: each
 * of its tokens and its closing end-of-text, once. A number per token also depends on the tokenizer, which is then named.
 */
export const of = (metric: string, per: Per, { context, stride, data, split }: Conditions): string =>
  [
    `metric:${metric}`,
    `per:${per.unit}`,
    ...(per.unit === "token" ? [`tokenizer:${per.tokenizer.slice(0, 16)}`] : []),
    `context:${context}`,
    `stride:${stride}`,
    "bos:end-of-text",
    "scored:all+end-of-text",
    `split:${split}`,
    `data:${data}`,
    "version:1"
  ].join("|")
