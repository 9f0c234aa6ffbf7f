// A folder of its own to run a stage in: a store with the fixture's inputs, its files, a workspace.
import { createHash } from "node:crypto"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { type Kind, Store, StoreLocal } from "@inkstone/artifact"
import { Effect, type Layer } from "effect"
import * as Config from "../Config.ts"
import * as SourceFiles from "../SourceFiles.ts"
import type { AnyStage, Progress } from "../Stage.ts"
import * as StageRunner from "../StageRunner.ts"
import type { Fixture } from "../Fixture.ts"

export class ContractPlace {
  readonly root: string
  private readonly stage: AnyStage
  private readonly fixture: Fixture
  private readonly store: Layer.Layer<Store>

  constructor(stage: AnyStage, fixture: Fixture, name: string) {
    this.stage = stage
    this.fixture = fixture
    this.root = join(mkdtempSync(join(tmpdir(), "inkstone-contract-")), name)
    this.store = StoreLocal.layer(join(this.root, "store"))
    mkdirSync(join(this.root, "files"), { recursive: true })
    for (const [file, content] of Object.entries(fixture.files ?? {})) {
      mkdirSync(dirname(join(this.root, "files", file)), { recursive: true })
      writeFileSync(join(this.root, "files", file), content)
    }
  }

  /** Makes the inputs (again, if they are there: they are the same) and runs the stage. */
  run(report: (progress: Progress) => Effect.Effect<void>) {
    const { fixture, root, stage } = this
    return Effect.gen({ self: this }, function* () {
      const inputs = yield* this.makeInputs()
      const { value } = yield* Config.decode(stage, fixture.config)
      const files = yield* SourceFiles.resolve(stage.files(value), join(root, "files"))
      return yield* StageRunner.run({
        stage,
        config: fixture.config,
        inputs,
        seed: fixture.seed ?? 1337,
        files,
        workspace: join(root, "workspace"),
        report
      })
    }).pipe(Effect.provide(this.store))
  }

  /** What is sealed in the store, inputs among it. */
  readonly sealed = Effect.suspend(() =>
    Effect.provide(
      Effect.flatMap(Store, (store) => store.list),
      this.store
    )
  )

  /** Folders of what is sealed. */
  readonly folders = Effect.suspend(() =>
    Effect.map(this.sealed, (refs) =>
      refs.map(({ digest, kind }) => join(this.root, "store", "objects", kind, digest))
    )
  )

  /** The fixture's inputs are sealed here if they were not. */
  makeInputs(): Effect.Effect<Readonly<Record<string, ReadonlyArray<StageRunner.Source>>>, unknown> {
    return Effect.gen({ self: this }, function* () {
      const made: Record<string, ReadonlyArray<StageRunner.Source>> = {}
      for (const [port, samples] of Object.entries(this.fixture.inputs ?? {})) {
        made[port] = yield* Effect.forEach([samples].flat(), ({ label, make }) =>
          Effect.map(make, (ref) => ({ label, ref }))
        )
      }
      return made
    }).pipe(Effect.provide(this.store))
  }

  open<K extends Kind.Kind>(kind: K, digest: string) {
    return Effect.provide(
      Effect.flatMap(Store, (store) => store.open(kind, digest)),
      this.store
    )
  }

  clean(): void {
    rmSync(dirname(this.root), { recursive: true, force: true })
  }
}

/** Every file below the folders with the digest of its content, but for hidden ones and installed packages. */
export const snapshot = (folders: ReadonlyArray<string>): ReadonlyMap<string, string> => {
  const seen = new Map<string, string>()
  const walk = (at: string, name: string): void => {
    if (name.startsWith(".") || name === "node_modules") return
    if (statSync(at).isDirectory()) for (const inner of readdirSync(at)) walk(join(at, inner), inner)
    else seen.set(at, createHash("sha256").update(readFileSync(at)).digest("hex"))
  }
  for (const folder of folders) walk(folder, "")
  return seen
}
