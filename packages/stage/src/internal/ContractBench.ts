// The claims of the contract, tried on one stage with one fixture. Each effect fails by an assertion that says what was broken.
import { readdirSync } from "node:fs"
import { join } from "node:path"
import type { ArtifactRef } from "@inkstone/artifact"
import { Deferred, Effect, Exit, Fiber, Logger } from "effect"
import { assert } from "vitest"
import * as Config from "../Config.ts"
import type { AnyStage, Progress } from "../Stage.ts"
import type { Fixture } from "../Fixture.ts"
import { ContractPlace, snapshot } from "./ContractPlace.ts"

type Claim = Effect.Effect<void, unknown>
type Refs = Readonly<Record<string, ArtifactRef>>

/** Without the stage's logs. */
export const quiet = <A, E>(effect: Effect.Effect<A, E>): Effect.Effect<A, E> =>
  Effect.provide(effect, Logger.layer([]))

const ignore = () => Effect.void

export class ContractBench {
  private readonly stage: AnyStage
  private readonly fixture: Fixture
  private readonly places: Array<ContractPlace> = []
  private readonly reports: Array<Progress> = []
  private refs: Refs = {}
  private changed: ReadonlyArray<string> = []

  constructor(stage: AnyStage, fixture: Fixture) {
    this.stage = stage
    this.fixture = fixture
  }

  /** The run that the others are compared with, watched from outside. */
  readonly first: Claim = Effect.gen({ self: this }, function* () {
    yield* this.stage.prepare(ignore)
    const place = this.place("first")
    yield* place.makeInputs()
    const watched = [process.cwd(), join(place.root, "files"), ...(yield* place.folders)]
    const before = snapshot(watched)
    this.refs = yield* place.run((progress) => Effect.sync(() => void this.reports.push(progress)))
    const after = snapshot(watched)
    this.changed = [...new Set([...before.keys(), ...after.keys()])].filter(
      (path) => before.get(path) !== after.get(path)
    )
  })

  readonly everyOutput: Claim = Effect.gen({ self: this }, function* () {
    assert.deepStrictEqual(Object.keys(this.refs).toSorted(), Object.keys(this.stage.outputs).toSorted())
    for (const [output, kind] of Object.entries(this.stage.outputs)) {
      const artifact = yield* this.at(0).open(kind, this.refs[output]?.digest ?? "")
      assert.strictEqual(artifact.kind, kind.name)
    }
  })

  readonly elsewhere: Claim = Effect.gen({ self: this }, function* () {
    assert.deepStrictEqual(yield* this.place("some where else 墨").run(ignore), this.refs)
  })

  readonly again: Claim = Effect.gen({ self: this }, function* () {
    assert.deepStrictEqual(yield* this.at(0).run(ignore), this.refs)
  })

  readonly interrupted: Claim = Effect.gen({ self: this }, function* () {
    const place = this.place("interrupted")
    yield* place.makeInputs()
    const before = yield* place.sealed
    const running = yield* Deferred.make<void>()
    const fiber = yield* Effect.forkChild(
      place.run(() => Effect.andThen(Deferred.succeed(running, undefined), Effect.never))
    )
    yield* Effect.raceFirst(Deferred.await(running), Fiber.await(fiber))
    yield* Fiber.interrupt(fiber)
    const exit = yield* Fiber.await(fiber)
    assert.isTrue(Exit.isFailure(exit), "it ended before it reported anything, so nothing could interrupt it")
    assert.deepStrictEqual(yield* place.sealed, before, "something was sealed")
    assert.deepStrictEqual(readdirSync(join(place.root, "store", "tmp")), [], "a draft was left behind")
    assert.deepStrictEqual(
      yield* place.run(ignore),
      this.refs,
      "a run after the interrupted one gives other digests"
    )
  })

  readonly unknownSetting: Claim = Effect.gen({ self: this }, function* () {
    const { encoded } = yield* Config.decode(this.stage, this.fixture.config)
    const known = Object.keys(Object(encoded))
    const meant = known[0] ?? ""
    const typo = `${meant}${meant.at(-1) ?? "nosuch"}`
    const config: unknown = { ...Object(this.fixture.config), [typo]: 1 }
    const error = yield* Effect.flip(Config.decode(this.stage, config))
    const problem = error.problems.find(({ path }) => path === typo)
    assert.isDefined(problem, `no problem is named at "${typo}": ${error.message}`)
    assert.strictEqual(problem?.suggestion, meant)
  })

  readonly nothingElse: Claim = Effect.gen({ self: this }, function* () {
    assert.deepStrictEqual(this.changed, [], "files outside of outputs and workspace were written")
    const place = this.at(0)
    assert.deepStrictEqual(
      readdirSync(place.root).filter((name) => name !== "workspace"),
      ["files", "store"]
    )
    const inputs = yield* place.makeInputs()
    const expected = [
      ...Object.values(this.refs),
      ...Object.values(inputs).flatMap((port) => port.map(({ ref }) => ref))
    ]
    assert.deepStrictEqual(digests(yield* place.sealed), digests(expected), "other artifacts were sealed")
  })

  readonly progress: Claim = Effect.sync(() => {
    assert.isAbove(this.reports.length, 0, "no progress was reported")
    let last: Progress = { done: 0, unit: "" }
    for (const now of this.reports) {
      const said = JSON.stringify(now)
      assert.notStrictEqual(now.unit, "", `no unit: ${said}`)
      assert.isTrue(Number.isFinite(now.done) && now.done >= 0, `not a count: ${said}`)
      if (now.total !== undefined) assert.isAtMost(now.done, now.total, `more than all: ${said}`)
      // another unit is another phase
      if (now.unit === last.unit)
        assert.isAtLeast(now.done, last.done, `backwards: ${JSON.stringify(last)} then ${said}`)
      last = now
    }
  })

  clean(): void {
    for (const place of this.places) place.clean()
  }

  private place(name: string): ContractPlace {
    const place = new ContractPlace(this.stage, this.fixture, name)
    this.places.push(place)
    return place
  }

  private at(index: number): ContractPlace {
    const place = this.places[index]
    assert.isDefined(place, "the first run did not succeed")
    return place ?? this.place("never")
  }
}

const digests = (refs: ReadonlyArray<ArtifactRef>) => new Set(refs.map(({ digest }) => digest))
