// Who a document is, and which split that puts it into. Both depend on its own name alone, never on the other documents.
import { hash } from "node:crypto"
import type { Split } from "@inkstone/artifact"
import type { IngestConfig } from "./IngestConfig.ts"

/** First 32 hex digits of the SHA-256 of file name and span; the span is empty for a whole file. */
export const idOf = (name: string, span: string): string =>
  hash("sha256", `${name}\0${span}`, "hex").slice(0, 32)

/** A number in [0, 1) from the first 52 bits of the SHA-256 of salt and id. */
const position = (id: string, salt: string): number =>
  Number.parseInt(hash("sha256", `${salt}\0${id}`, "hex").slice(0, 13), 16) / 2 ** 52

/** Test takes the lowest positions and validation the next, so that a larger share only ever takes from what is above it. */
export const splitOf = (id: string, { salt, test, validation }: IngestConfig["splits"]): Split => {
  const at = position(id, salt)
  if (at < test) return "test"
  return at < test + validation ? "validation" : "train"
}

/** Equal for texts that differ in white space only. */
export const fingerprint = (text: string): string =>
  hash("sha256", text.replace(whiteSpace, " "), "base64url")
// a single space, which is most of all white space, is left alone instead of being replaced by itself
const whiteSpace = /\s{2,}|[^\S ]/gu
