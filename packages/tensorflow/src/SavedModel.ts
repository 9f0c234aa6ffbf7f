// The smallest SavedModel round a graph: TensorFlow's C API opens sessions from a folder with `saved_model.pb` in it.
// Field numbers: tensorflow/core/protobuf/{saved_model,meta_graph}.proto.

/** Protobuf's own limit for one message, less what is wrapped round the graph. */
export const maxGraphBytes = 2 ** 31 - 1 - 64

const varint = (value: number): Array<number> => {
  const bytes: Array<number> = []
  let rest = value
  while (rest >= 128) {
    bytes.push((rest % 128) + 128)
    rest = Math.floor(rest / 128)
  }
  bytes.push(rest)
  return bytes
}

/** Tag and length of a length-delimited field. */
const header = (field: number, length: number): Uint8Array =>
  Uint8Array.from([...varint(field * 8 + 2), ...varint(length)])

/** The pieces of `saved_model.pb`, the graph itself not copied: one MetaGraphDef with the tag `serve`. */
export const wrap = (graphDef: Uint8Array): ReadonlyArray<Uint8Array> => {
  const tag = new TextEncoder().encode("serve")
  const tags = header(4, tag.length) // MetaInfoDef.tags
  const info = header(1, tags.length + tag.length) // MetaGraphDef.meta_info_def
  const graph = header(2, graphDef.length) // MetaGraphDef.graph_def
  const metaBytes = info.length + tags.length + tag.length + graph.length + graphDef.length
  const version = Uint8Array.from([1 * 8, 1]) // SavedModel.saved_model_schema_version = 1
  return [version, header(2, metaBytes), info, tags, tag, graph, graphDef]
}
