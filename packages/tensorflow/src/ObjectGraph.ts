// What TensorFlow 2 notes beside its tensors: the objects that own them. Their keys are paths such as
// `model/layer_with_weights-0/embeddings/.ATTRIBUTES/VARIABLE_VALUE`; the names people know are in here.
// tensorflow/core/protobuf/trackable_object_graph.proto.
import { Effect } from "effect"
import type { CheckpointInvalid, CheckpointUnreadable } from "./errors.ts"
import * as File from "./internal/CheckpointFile.ts"
import { Message } from "./Protobuf.ts"
import * as TensorBundle from "./TensorBundle.ts"

const key = "_CHECKPOINTABLE_OBJECT_GRAPH"

/**
 * The name of each variable by its key, such as `transformer/layer_0/self_attention/query/kernel`; no names for a checkpoint of
 * TensorFlow 1, whose keys are the names. Optimizer slots and counters are among them.
 */
export const names = Effect.fn("ObjectGraph.names")(function* (
  index: TensorBundle.Index
): Effect.fn.Return<ReadonlyMap<string, string>, CheckpointInvalid | CheckpointUnreadable> {
  const texts = yield* TensorBundle.readTexts(index, key)
  const graph = texts?.[0]
  if (graph === undefined) return new Map()
  return yield* File.parse(`${index.prefix}.index`, () => {
    const attributes = new Message(graph, key)
      .messages(1, "nodes")
      .flatMap((node) => node.messages(2, "attributes"))
    return new Map(
      attributes.flatMap((attribute) => {
        const [name, of] = [attribute.text(2), attribute.text(3)]
        return name !== "" && index.entries.has(of) ? [[of, name] as const] : []
      })
    )
  })
})
