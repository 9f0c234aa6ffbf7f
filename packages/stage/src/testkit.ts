// The suite every stage passes. A stage's own test calls `stageContract` and adds what is special to it.
import { type Artifact, type Kind, Store } from "@inkstone/artifact"
import { Effect } from "effect"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import * as Bench from "./internal/ContractBench.ts"
import type { Fixture, Sample } from "./Fixture.ts"
import { ContractPlace } from "./internal/ContractPlace.ts"
import type { AnyStage, Progress } from "./Stage.ts"

export type { Fixture, Sample }

/**
 * An artifact of known rows, for a fixture. Tables that are left out are empty.
 *
 *     sample(Documents, {
 *       attributes: { documents: 1, bytes: 2, splits: {}, description: "", licence: "" },
 *       tables: { documents: { id: ["a"], source: ["a.txt"], lang: ["en"], script: ["Latn"], split: ["train"],
 *         licence: [""], group: [""], bytes: Uint32Array.of(2), text: ["hi"] } }
 *     })
 */
export const sample = <K extends Kind.Kind>(
  kind: K,
  content: {
    readonly attributes: Kind.AttributesOf<K>
    readonly tables: { readonly [T in Kind.TableName<K>]?: Kind.Rows<K["tables"][T]> }
    readonly label?: string
  }
): Sample => ({
  label: content.label ?? `a ${kind.name} artifact`,
  make: Effect.gen(function* () {
    const store = yield* Store
    const draft = yield* store.draft(kind)
    for (const table in kind.tables) {
      const rows = content.tables[table]
      if (rows !== undefined) yield* draft.append(table, rows)
    }
    yield* draft.describe(content.attributes)
    const { digest } = yield* store.seal(draft)
    return { kind: kind.name, digest }
  }).pipe(Effect.scoped)
})

/** What a trial made. */
export interface Trial<S extends AnyStage> {
  readonly open: <O extends keyof S["outputs"] & string>(
    output: O
  ) => Effect.Effect<Artifact<S["outputs"][O]>, unknown>
  /** what it reported, in order */
  readonly reports: ReadonlyArray<Progress>
  /** the workspace it had */
  readonly workspace: string
}

/**
 * Runs a stage once, in a store and a workspace of its own that go away with the scope; for what is special to the stage.
 *
 *     const made = yield* trial(shout, { name: "", config: { marks: 2 }, inputs: { documents } })
 *     const rows = yield* (yield* made.open("documents")).read("documents")
 */
export const trial = Effect.fn("testkit.trial")(function* <S extends AnyStage>(
  stage: S,
  fixture: Fixture<S>
) {
  const place = yield* Effect.acquireRelease(
    Effect.sync(() => new ContractPlace(stage, fixture, "trial")),
    (made) => Effect.sync(() => made.clean())
  )
  const reports: Array<Progress> = []
  yield* stage.prepare(() => Effect.void)
  const refs = yield* place.run((progress) => Effect.sync(() => void reports.push(progress)))
  const made: Trial<S> = {
    open: (output) => place.open(kindOf(stage, output), refs[output]?.digest ?? ""),
    reports,
    workspace: join(place.root, "workspace")
  }
  return made
})

/**
 * Registers the tests of the contract for each fixture:
 *
 * - equal inputs, config and seed give equal digests, in another store, another folder, and in a workspace that was used before;
 * - an interrupted run leaves nothing sealed, and a run after it ends with the same digests;
 * - an unknown setting is named with the nearest known one;
 * - nothing is written but outputs and workspace;
 * - progress is reported, with a unit, and never goes backwards within one.
 *
 *     stageContract(shout, [{ name: "two documents", config: { marks: 2 }, inputs: { documents: sample(Documents, ...) } }])
 *
 * `timeoutMillis` is for each test (default 60,000).
 */
export const stageContract = <S extends AnyStage>(
  stage: S,
  fixtures: ReadonlyArray<Fixture<S>>,
  options: { readonly timeoutMillis?: number } = {}
): void => {
  const timeout = options.timeoutMillis ?? 60_000
  for (const fixture of fixtures) {
    describe(`${stage.name} keeps the contract of a stage: ${fixture.name}`, () => {
      const bench = new Bench.ContractBench(stage, fixture)
      beforeAll(() => holds(bench.first), timeout)
      afterAll(() => bench.clean())

      it("seals an artifact for every output", { timeout }, async () => {
        assert.isTrue(await holds(bench.everyOutput))
      })

      it("gives the same digests in another store and another folder", { timeout }, async () => {
        assert.isTrue(await holds(bench.elsewhere))
      })

      it("gives the same digests where it ran before", { timeout }, async () => {
        assert.isTrue(await holds(bench.again))
      })

      it("leaves nothing sealed when it is interrupted, and then ends the same", { timeout }, async () => {
        assert.isTrue(await holds(bench.interrupted))
      })

      it("names an unknown setting, and the one that was meant", { timeout }, async () => {
        assert.isTrue(await holds(bench.unknownSetting))
      })

      it("writes nothing but its outputs and its workspace", { timeout }, async () => {
        assert.isTrue(await holds(bench.nothingElse))
      })

      it("reports progress with a unit that never goes backwards", { timeout }, async () => {
        assert.isTrue(await holds(bench.progress))
      })
    })
  }
}

/** Rejects with the assertion that was broken. */
const holds = (claim: Effect.Effect<void, unknown>): Promise<true> =>
  Effect.runPromise(Bench.quiet(Effect.as(claim, true as const)))

const kindOf = <S extends AnyStage, O extends keyof S["outputs"] & string>(
  stage: S,
  output: O
): S["outputs"][O] => {
  const outputs: S["outputs"] = stage.outputs
  return outputs[output]
}
