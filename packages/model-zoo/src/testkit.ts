// The suite every family of networks passes, whatever its kind. A family's own test calls `modelContract` and adds what is
// special to it.
import { Effect } from "effect"
import { assert, describe, it } from "vitest"
import type { Architecture, NetworkFamily } from "./Family.ts"
import * as Keeping from "./internal/contract/Keeping.ts"
import * as Looking from "./internal/contract/Looking.ts"
import * as Training from "./internal/contract/Training.ts"
import type { AnyNetwork } from "./Network.ts"

/** A small network of the family: vocabulary from 20, context from 10. */
export interface Tiny {
  /** what is special about it */
  readonly name: string
  readonly architecture: Architecture
  /** false for one that `transformers` cannot do, which is then refused */
  readonly saved?: boolean
  /** The same with one more layer; if left out, every field whose name ends in `layers` is one larger. */
  readonly deeper?: Architecture
}

/**
 * Registers the tests of the contract for each tiny network:
 *
 * - what a causal network says of a place does not depend, bit for bit, on the tokens after it;
 * - padding changes nothing, on either side, in the text that is read and in the one that is written;
 * - texts packed into one row give what each gives alone;
 * - one batch of the natural objective is overfitted, and every parameter moves;
 * - dropout 0 is no dropout, and dropout depends on its key alone;
 * - blocks computed again in the backward pass give the same loss and gradients;
 * - first values depend on key and name alone: one more layer changes no other parameter's (but for a scale);
 * - saved as a Hugging Face folder and read again, it is the same bit for bit;
 * - a wrong field of the config is refused by its name;
 * - the published sizes have their published parameters;
 * - native memory is given back.
 *
 *     modelContract(Gpt2.family, [{ name: "two layers", architecture: { vocabSize: 64, ... } }])
 *
 * `timeoutMillis` is for each test (default 60,000). The test's vitest config needs the `globalSetup` of
 * `@inkstone/tensorflow/testkit`.
 */
export const modelContract = (
  family: NetworkFamily,
  tinies: ReadonlyArray<Tiny>,
  options: { readonly timeoutMillis?: number } = {}
): void => {
  const timeout = options.timeoutMillis ?? 60_000
  const claims = (title: string, claims: Readonly<Record<string, Effect.Effect<unknown, unknown>>>) =>
    describe(`${family.name} keeps the contract of a ${title}`, () => {
      it.each(Object.entries(claims))("%s", { timeout }, async (_, claim) => {
        assert.isTrue(await holds(claim))
      })
    })

  claims("family", { "has the published sizes": Keeping.hasThePublishedSizes(family) })
  for (const { architecture, deeper = deepened(architecture), name, saved = true } of tinies) {
    const of = (test: (network: AnyNetwork) => Effect.Effect<unknown, unknown>) =>
      Effect.flatMap(family.network(architecture), test)
    claims(`model: ${name}`, {
      "never looks ahead where it writes": of(Looking.neverLooksAhead),
      "is not changed by padding": of(Looking.paddingChangesNothing),
      "gives packed texts what each gets alone": of(Looking.packedEqualsUnpacked),
      "drops nothing at dropout 0, and by its key alone above": of(Looking.dropoutIsHonest),
      "overfits one batch, and every parameter moves": of(Training.overfitsOneBatch),
      "gives the same loss and gradients when it computes blocks again": of(Training.rematerializesTheSame),
      "starts from the key and the names of its parameters alone": Effect.flatMap(
        family.network(deeper),
        (deep) => of((network) => Training.startsFromTheKeyAlone(network, deep))
      ),
      "gives its memory back": of(Training.givesItsMemoryBack),
      ...(saved
        ? {
            "is the same bit for bit when it was saved and loaded": Keeping.savesAndLoads(
              family,
              architecture
            )
          }
        : { "is refused where it cannot be saved": Keeping.refusesToSave(family, architecture) }),
      "names the wrong field of a config": Keeping.refusesWrongFields(family, architecture)
    })
  }
}

/** Rejects with the assertion that was broken. */
const holds = (claim: Effect.Effect<unknown, unknown>): Promise<true> =>
  Effect.runPromise(Effect.as(claim, true as const))

const deepened = (architecture: Architecture): Architecture =>
  Object.fromEntries(
    Object.entries(architecture).map(([field, value]) => [
      field,
      typeof value === "number" && /layers$/i.test(field) ? value + 1 : value
    ])
  )
