// A store in a folder: `objects/<kind>/<digest>/`, `tmp/` for drafts, `quarantine/` for what turned out to be corrupt.
import { Effect, Layer } from "effect"
import type { StorageFailed } from "./errors.ts"
import { Store } from "./Store.ts"

/** A store in the folder `root` (absolute), which is made if it is not there. */
export const layer = (root: string): Layer.Layer<Store, StorageFailed> =>
  Layer.effect(Store, Effect.die(new Error(`the local store is not written yet (${root})`)))
