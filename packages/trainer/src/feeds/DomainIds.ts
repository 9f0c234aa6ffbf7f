// Which domain each token of a run is of, told by the sources of its documents.
import type { Artifact, ArtifactCorrupt, StorageFailed, Tokens } from "@inkstone/artifact"
import type { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import { refused } from "./Refusals.ts"

/**
 * A number for each token: 1 + the place of the first pattern that its document's source matches, 0 where none does. Patterns are
 * regular expressions.
 */
export const read = Effect.fn("DomainIds.read")(function* (
  port: "train" | "validation",
  split: Artifact<typeof Tokens>,
  patterns: ReadonlyArray<string>
): Effect.fn.Return<Uint8Array, StageFailure | ArtifactCorrupt | StorageFailed> {
  const { source, start, tokens } = yield* split.read("documents")
  const expressions = patterns.map((pattern) => new RegExp(pattern, "u"))
  const ids = new Uint8Array(split.attributes.tokens)
  const seen = new Set<number>()
  for (const [document, name] of source.entries()) {
    const domain = 1 + expressions.findIndex((expression) => expression.test(name))
    const first = start[document] ?? 0
    ids.fill(domain, first, first + (tokens[document] ?? 0))
    seen.add(domain)
  }
  const none = patterns.find((_, i) => !seen.has(i + 1))
  // a domain without text would keep its first numbers, and nobody would notice
  return none === undefined || port === "validation"
    ? ids
    : yield* refused(
        "DomainEmpty",
        `no document of the training split has a source like ${none}, or an earlier pattern takes them all`,
        `Sources are such as ${source[0] ?? "(none)"}`
      )
})
