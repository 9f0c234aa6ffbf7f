// What clients of a served network may ask, by the names that users of `transformers` know; whatever the kind of network.
import { input, reshape, type SavedModel, slice, type Tensor } from "@inkstone/graph"
import type { AnyNetwork, CausalNetwork, EncoderDecoderNetwork, EncoderNetwork } from "../Network.ts"

type Signatures = Readonly<Record<string, SavedModel.Signature>>

/** Served numbers are those of evaluation. */
const precision = "float32"

const ids = (name: string, length: string) => input(name, "int32", ["B", length])
const given = (name: string, length: string) => input(name, "bool", ["B", length])

/** `serving_default` takes whole rows; `masked` also what of each row is padding. */
const causal = (network: CausalNetwork): Signatures => {
  const signature = (name: string, masked: boolean): SavedModel.Signature => {
    const tokens = ids(`${name}.input_ids`, "T")
    const mask = given(`${name}.attention_mask`, "T")
    const hidden = network.hidden(tokens, { precision, ...(masked ? { mask } : {}) }) // [B, T, C]
    return {
      inputs: { input_ids: tokens, ...(masked ? { attention_mask: mask } : {}) },
      outputs: { logits: network.logits(hidden, precision) } // [B, T, V]
    }
  }
  return { serving_default: signature("serving_default", false), masked: signature("masked", true) }
}

/** Place `at` of the last axis. */
const place = (x: Tensor, at: number): Tensor => {
  const [B = 1, T = 1] = x.shape
  return reshape(slice(x, { axis: 2, from: at, size: 1 }), [B, T])
}

/** The outputs of every head there is, and the hidden states. */
const encoder = (network: EncoderNetwork): Signatures => {
  const tokens = ids("input_ids", "T")
  const mask = given("attention_mask", "T")
  const segments = ids("token_type_ids", "T")
  const run = { precision } as const
  const hidden = network.hidden(tokens, { ...run, mask, segments }) // [B, T, C]
  const { heads } = network
  const span = heads.span?.(hidden, run) // [B, T, 2]
  const outputs = {
    last_hidden_state: hidden,
    ...(heads.tokens === undefined ? {} : { logits: heads.tokens(hidden, run) }), // [B, T, V]
    ...(heads.labels === undefined ? {} : { logits: heads.labels(hidden, run) }), // [B, labels]
    ...(heads.tags === undefined ? {} : { logits: heads.tags(hidden, run) }), // [B, T, labels]
    ...(heads.value === undefined ? {} : { logits: heads.value(hidden, run) }), // [B]
    ...(heads.nextSentence === undefined ? {} : { seq_relationship_logits: heads.nextSentence(hidden, run) }), // [B, 2]
    ...(span === undefined ? {} : { start_logits: place(span, 0), end_logits: place(span, 1) }) // [B, T]
  }
  return {
    serving_default: {
      inputs: { input_ids: tokens, attention_mask: mask, token_type_ids: segments },
      outputs
    }
  }
}

/** Reads `input_ids` and says what may follow each place of `decoder_input_ids`. */
const encoderDecoder = (network: EncoderDecoderNetwork): Signatures => {
  const source = ids("input_ids", "S")
  const mask = given("attention_mask", "S")
  const tokens = ids("decoder_input_ids", "T")
  const encoded = network.encode(source, { precision, mask }) // [B, S, C]
  const memory = network.memory(encoded, precision)
  const hidden = network.decode(tokens, { precision, memory, memoryMask: mask }) // [B, T, C]
  return {
    serving_default: {
      inputs: { input_ids: source, attention_mask: mask, decoder_input_ids: tokens },
      outputs: { logits: network.logits(hidden, precision) } // [B, T, V]
    }
  }
}

/** The signatures of a network. */
export const of = (network: AnyNetwork): Signatures => {
  switch (network.kind) {
    case "causal":
      return causal(network)
    case "encoder":
      return encoder(network)
    default:
      return encoderDecoder(network)
  }
}
