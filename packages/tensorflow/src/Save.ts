// Numbers into a checkpoint through TensorFlow's own save node, a gigabyte at a time: what is fed is copied.
import { mkdir } from "node:fs/promises"
import { dirname } from "node:path"
import { Effect, Schema } from "effect"
import type { NativeUnavailable } from "./errors.ts"
import * as Nodes from "./internal/Nodes.ts"
import { Session } from "./Session.ts"
import { type Feed, elements } from "./Tensor.ts"

/** TensorFlow could not write the checkpoint: no space, no right to write there. */
export class SaveFailed extends Schema.TaggedError<SaveFailed>()("SaveFailed", {
  prefix: Schema.String,
  problem: Schema.String
}) {
  override get message() {
    return `the checkpoint ${this.prefix} could not be written: ${this.problem}`
  }
}

export interface Saved {
  readonly name: string
  readonly shape: ReadonlyArray<number>
  readonly values: Float32Array
}

const inShards = (tensors: ReadonlyArray<Saved>, shardBytes: number): ReadonlyArray<ReadonlyArray<Saved>> => {
  const shards: Array<Array<Saved>> = [[]]
  let bytes = 0
  for (const tensor of tensors) {
    bytes += tensor.values.byteLength
    if (bytes > shardBytes && shards.at(-1)?.length !== 0) {
      shards.push([])
      bytes = tensor.values.byteLength
    }
    shards.at(-1)?.push(tensor)
  }
  return shards
}

/** A bool that is there once `after` has run. */
const done = (name: string, after: string) =>
  Nodes.node(name, "Identity", ["one", `^${after}`], { T: Nodes.typeValue("bool") })

const saveNodes = (shard: ReadonlyArray<Saved>, at: number, prefix: string): ReadonlyArray<Nodes.Node> => {
  const types = shard.map(() => "float32" as const)
  return [
    Nodes.strings(`prefix${at}`, prefix),
    Nodes.strings(
      `names${at}`,
      shard.map(({ name }) => name)
    ),
    Nodes.strings(
      `slices${at}`,
      shard.map(() => "")
    ),
    ...shard.map((_, n) =>
      Nodes.node(`x${at}_${n}`, "Placeholder", [], { dtype: Nodes.typeValue("float32") })
    ),
    Nodes.node(
      `save${at}`,
      "SaveV2",
      [`prefix${at}`, `names${at}`, `slices${at}`, ...shard.map((_, n) => `x${at}_${n}`)],
      { dtypes: Nodes.typesValue(types) }
    ),
    done(`saved${at}`, `save${at}`)
  ]
}

/**
 * Writes the checkpoint `prefix` (`prefix.index`, `prefix.data-00000-of-0000N`, the folder made if it is not there). It is whole when
 * this is done, not before: write beside and rename the folder.
 */
export const write = Effect.fn("Save.write")(function* (
  prefix: string,
  tensors: ReadonlyArray<Saved>,
  { shardBytes = 2 ** 30 }: { readonly shardBytes?: number } = {}
): Effect.fn.Return<void, NativeUnavailable | SaveFailed> {
  const failed = (cause: unknown) =>
    new SaveFailed({ prefix, problem: cause instanceof Error ? cause.message : String(cause) })
  const wrong = tensors.find(({ shape, values }) => elements(shape) !== values.length)
  if (wrong !== undefined)
    return yield* failed(`${wrong.name} [${wrong.shape.join(", ")}] has ${wrong.values.length} numbers`)
  yield* Effect.tryPromise({ try: () => mkdir(dirname(prefix), { recursive: true }), catch: failed })
  const shards = inShards(tensors, shardBytes)
  const prefixes = shards.map((_, at) => (shards.length === 1 ? prefix : `${prefix}.part${at}`))
  const merge =
    shards.length === 1
      ? []
      : [
          Nodes.strings("parts", prefixes),
          Nodes.strings("whole", prefix),
          Nodes.node("merge", "MergeV2Checkpoints", ["parts", "whole"], {}),
          done("merged", "merge")
        ]
  const graph = Nodes.graph([
    Nodes.node("one", "Placeholder", [], { dtype: Nodes.typeValue("bool") }),
    ...shards.flatMap((shard, at) => saveNodes(shard, at, prefixes[at] ?? "")),
    ...merge
  ])
  const one: Feed = { node: "one:0", dtype: "bool", shape: [], values: Uint8Array.of(1) }
  yield* Effect.scoped(
    Effect.gen(function* () {
      const session = yield* Effect.catchTag(Session.open(graph), "ProgramRejected", (error) =>
        Effect.fail(failed(error))
      )
      const run = (feeds: ReadonlyArray<Feed>, fetch: string) =>
        Effect.try({ try: () => session.run([one, ...feeds], [fetch]), catch: failed })
      for (const [at, shard] of shards.entries()) {
        const feeds = shard.map(({ shape, values }, n): Feed => {
          return { node: `x${at}_${n}:0`, dtype: "float32", shape, values }
        })
        yield* run(feeds, `saved${at}:0`)
      }
      if (merge.length > 0) yield* run([], "merged:0")
    })
  )
})
