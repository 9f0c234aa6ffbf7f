// The service stages and the pipeline ask for artifacts; which place stands behind it is decided once, at the edge.
import { Context } from "effect"
import type { StoreShape } from "./Artifact.ts"

/**
 * Where artifacts live. Use it as `const store = yield* Store`; provide it with `StoreLocal.layer(root)`.
 *
 *     const program = Effect.scoped(Effect.gen(function* () {
 *       const store = yield* Store
 *       const draft = yield* store.draft(Scores)
 *       yield* draft.append("scores", { id: ["a"], rule: ["length"], value: Float64Array.of(3) })
 *       yield* draft.describe({ rules: ["length"] })
 *       return yield* store.seal(draft)
 *     }))
 */
export class Store extends Context.Service<Store, StoreShape>()("@inkstone/artifact/Store") {}
