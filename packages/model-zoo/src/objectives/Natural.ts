// What a network is usually trained for, by its kind and its heads, and the sizes of a step of it.
import { type Dimension, GraphInvalid, type Objective } from "@inkstone/graph"
import type { AnyNetwork, EncoderNetwork } from "../Network.ts"
import { causal } from "./Causal.ts"
import { classification } from "./Classification.ts"
import { maskedLanguage } from "./MaskedLanguage.ts"
import { pretraining } from "./NextSentence.ts"
import { questionAnswering } from "./QuestionAnswering.ts"
import { regression } from "./Regression.ts"
import { textToText } from "./TextToText.ts"
import { tokenClassification } from "./TokenClassification.ts"

export interface StepSize {
  /** B: texts of a step */
  readonly batch: number
  /** T: tokens of a text; for text to text those of its source */
  readonly length: number
}

export interface Natural {
  readonly objective: Objective
  readonly sizes: (step: StepSize) => Dimension.Bindings
  /** read or written in a step */
  readonly tokens: (step: StepSize) => number
}

/** Devlin et al. 2018, section 3.1 */
const maskedShare = 0.15
/** Raffel et al. 2020, section 3.1.4: of 512 tokens with 15% of them taken out in spans of 3, targets have 114 */
const targetShare = 114 / 512

const headed = (network: EncoderNetwork): Objective => {
  const { labels, nextSentence, span, tags, tokens, value } = network.heads
  if (tokens !== undefined) return nextSentence === undefined ? maskedLanguage(network) : pretraining(network)
  if (labels !== undefined) return classification(network)
  if (value !== undefined) return regression(network)
  if (tags !== undefined) return tokenClassification(network)
  if (span !== undefined) return questionAnswering(network)
  throw new GraphInvalid("objective", "the network has no head that could be trained")
}

/** @throws GraphInvalid for an encoder without any head */
export const natural = (network: AnyNetwork): Natural => {
  switch (network.kind) {
    case "causal":
      return {
        objective: causal(network),
        sizes: ({ batch, length }) => ({ B: batch, T: length }),
        tokens: ({ batch, length }) => batch * length
      }
    case "encoder":
      return {
        objective: headed(network),
        sizes: ({ batch, length }) => ({ B: batch, T: length, P: Math.ceil(length * maskedShare) }),
        tokens: ({ batch, length }) => batch * length
      }
    case "encoder-decoder": {
      const written = (length: number) => Math.ceil(length * targetShare)
      return {
        objective: textToText(network),
        sizes: ({ batch, length }) => ({ B: batch, S: length, T: written(length) }),
        tokens: ({ batch, length }) => batch * (length + written(length))
      }
    }
  }
}
