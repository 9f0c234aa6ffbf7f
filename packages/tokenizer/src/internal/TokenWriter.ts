// Writes encoded documents into an artifact of kind `tokens`, one after another.
import type { ArtifactInvalid, Draft, StorageFailed, Tokens } from "@inkstone/artifact"
import { StageFailure } from "@inkstone/stage"
import { Effect } from "effect"
import { type EncodedTask, narrowIds } from "../threads/EncodeTask.ts"
import type { TokenRun } from "../TokenRun.ts"

/** Positions are uint32. */
const mostTokens = 2 ** 32 - 1

/** Where a document is from. */
export interface Origin {
  readonly id: string
  readonly source: string
}

type Written = Effect.Effect<void, StageFailure | ArtifactInvalid | StorageFailed>

export class TokenWriter {
  readonly #draft: Draft<typeof Tokens>
  readonly #vocabSize: number
  documents = 0
  tokens = 0
  bytes = 0

  constructor(draft: Draft<typeof Tokens>, vocabSize: number) {
    this.#draft = draft
    this.#vocabSize = vocabSize
  }

  /** All documents of a task at once. */
  write({ bytes, ids, offsets, tokens }: EncodedTask, origins: ReadonlyArray<Origin>): Written {
    return Effect.gen({ self: this }, function* () {
      yield* this.#draft.append("ids", { id: ids, offset: offsets })
      yield* this.#describe(origins, tokens, bytes)
    })
  }

  /** A part of a document; `writeOrigin` ends it. */
  writePart(run: TokenRun): Written {
    return this.#draft.append("ids", {
      id: narrowIds(run, this.#vocabSize),
      offset: run.offsets.slice(0, run.length)
    })
  }

  writeOrigin(origin: Origin, tokens: number, bytes: number): Written {
    return this.#describe([origin], Uint32Array.of(tokens), Uint32Array.of(bytes))
  }

  #describe(origins: ReadonlyArray<Origin>, tokens: Uint32Array, bytes: Uint32Array): Written {
    const start = new Uint32Array(origins.length)
    for (let row = 0; row < origins.length; row++) {
      start[row] = this.tokens
      this.tokens += tokens[row]!
      this.bytes += bytes[row]!
    }
    this.documents += origins.length
    if (this.tokens > mostTokens) return Effect.fail(tooManyTokens)
    return this.#draft.append("documents", {
      id: origins.map(({ id }) => id),
      source: origins.map(({ source }) => source),
      start,
      tokens,
      bytes
    })
  }
}

const tooManyTokens = new StageFailure({
  category: "data",
  fact: "TooManyTokens",
  problem: `the documents have more than ${mostTokens} tokens`,
  advice: "Divide the corpus into several artifacts"
})
