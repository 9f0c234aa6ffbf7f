// A SavedModel round a graph, which is how TensorFlow's C API opens sessions: a folder with `saved_model.pb` in it; and such
// a folder from elsewhere. Field numbers: tensorflow/core/protobuf/{saved_model,meta_graph}.proto.
import { join } from "node:path"
import { Effect } from "effect"
import type { CheckpointInvalid, CheckpointUnreadable } from "./errors.ts"
import * as File from "./internal/CheckpointFile.ts"
import { header, Malformed, Message, number, text } from "./Protobuf.ts"

/** Protobuf's own limit for one message, less what is wrapped round the graph. */
export const maxGraphBytes = 2 ** 31 - 1 - 64

/** The pieces of `saved_model.pb`, the graph itself not copied: one MetaGraphDef with the tag `serve`. */
export const wrap = (graphDef: Uint8Array): ReadonlyArray<Uint8Array> => {
  const tags = text(4, "serve") // MetaInfoDef.tags
  const info = header(1, tags.length) // MetaGraphDef.meta_info_def
  const graph = header(2, graphDef.length) // MetaGraphDef.graph_def
  const metaBytes = info.length + tags.length + graph.length + graphDef.length
  const version = number(1, 1) // SavedModel.saved_model_schema_version
  return [version, header(2, metaBytes), info, tags, graph, graphDef]
}

export interface Contents {
  /** tags of each of its graphs, such as `serve` */
  readonly tags: ReadonlyArray<ReadonlyArray<string>>
  /** names of the signatures of all its graphs, such as `serving_default` */
  readonly signatures: ReadonlyArray<string>
  /** where its numbers are: the prefix of a TensorBundle */
  readonly variables: string
}

const contentsOf = (bytes: Uint8Array) => {
  const message = new Message(bytes, "saved_model.pb")
  const graphs = message.messages(2, "meta_graphs")
  if (message.number(1) !== 1 || graphs.length === 0)
    throw new Malformed(
      "saved_model.pb",
      `schema version ${message.number(1)} with ${graphs.length} graphs is no SavedModel`,
      "give a folder that tf.saved_model.save wrote"
    )
  const decoder = new TextDecoder()
  return {
    tags: graphs.map((graph) =>
      (graph.message(1, "meta_info_def")?.parts(4) ?? []).map((tag) => decoder.decode(tag))
    ),
    signatures: graphs.flatMap((graph) => graph.messages(5, "signature_def").map((entry) => entry.text(1)))
  }
}

/** What a folder that is a SavedModel says of itself. */
export const read = Effect.fn("SavedModel.read")(function* (
  folder: string
): Effect.fn.Return<Contents, CheckpointInvalid | CheckpointUnreadable> {
  const file = join(folder, "saved_model.pb")
  const bytes = yield* File.whole(file, maxGraphBytes)
  const contents = yield* File.parse(file, () => contentsOf(bytes))
  return { ...contents, variables: join(folder, "variables", "variables") }
})
