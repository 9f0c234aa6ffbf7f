// What a stage is tried with: a config, inputs and files.
import type { ArtifactRef, Store } from "@inkstone/artifact"
import type { Effect } from "effect"
import type { AnyStage } from "./Stage.ts"

/** An artifact for an input port, made in the store of the test by any means; `sample` makes one of rows. */
export interface Sample {
  /** name of the node it would come from */
  readonly label: string
  readonly make: Effect.Effect<ArtifactRef, unknown, Store>
}

/** One case the stage is tried with: small, and with every input port filled. */
export interface Fixture<S extends AnyStage = AnyStage> {
  /** appears in the names of the tests */
  readonly name: string
  /** as it would stand under `with:` */
  readonly config: S["config"]["Encoded"]
  /** one sample a port, or several for a port that takes many */
  readonly inputs?: { readonly [P in keyof S["inputs"]]: Sample | ReadonlyArray<Sample> }
  /** name -> content of files in the folder that `files(config)` is relative to */
  readonly files?: Readonly<Record<string, string | Uint8Array>>
  readonly seed?: number
}
