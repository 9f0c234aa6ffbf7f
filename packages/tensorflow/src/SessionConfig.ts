// What a session is told when it opens: tensorflow/core/protobuf/{config,rewriter_config}.proto.
import { number, part } from "./Protobuf.ts"

/** Grappler off: ConfigProto.graph_options.rewrite_options.disable_meta_optimizer. */
export const asWritten: Uint8Array = part(10, part(10, number(19, 1)))
