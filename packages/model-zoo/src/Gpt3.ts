// GPT-3 (Brown et al. 2020): GPT-2 wider, deeper and with twice the context. Its weights were never published; what is here are
// the eight sizes of the paper to plan with, and to train those that fit.
import { Schema } from "effect"
import * as Family from "./Family.ts"
import * as Gpt2 from "./Gpt2.ts"

export const Config = Schema.Struct({
  ...Gpt2.Config.fields,
  window: Schema.optionalKey(Family.Count).annotate({
    description:
      "most places a token sees in every second layer, itself counted; left out: all, since the paper does not give its own"
  })
}).check(Family.headsDivideChannels)
export type Config = typeof Config.Type

/** A shape by name; the vocabulary comes from the tokenizer. */
export type Preset = Omit<Config, "vocabSize">

/** A row of table 2.1 of the paper, as printed; and how the size is trained there. */
export interface Published {
  /** rounded, with the paper's digits */
  readonly parameters: string
  readonly layers: number
  readonly channels: number
  readonly heads: number
  readonly headChannels: number
  /** tokens of one step */
  readonly batchTokens: number
  /** the highest one, after a warmup over 375 million tokens; then a cosine to a tenth over 260 billion */
  readonly learningRate: number
}

const row = (
  parameters: string,
  [layers, channels, heads, headChannels]: readonly [number, number, number, number],
  [batchTokens, learningRate]: readonly [number, number]
): Published => ({ parameters, layers, channels, heads, headChannels, batchTokens, learningRate })

/** Table 2.1 (page 8). All were trained on 300 billion tokens. */
export const table = {
  "gpt3-125m": row("125M", [12, 768, 12, 64], [0.5e6, 6e-4]),
  "gpt3-350m": row("350M", [24, 1024, 16, 64], [0.5e6, 3e-4]),
  "gpt3-760m": row("760M", [24, 1536, 16, 96], [0.5e6, 2.5e-4]),
  "gpt3-1.3b": row("1.3B", [24, 2048, 24, 128], [1e6, 2e-4]),
  "gpt3-2.7b": row("2.7B", [32, 2560, 32, 80], [1e6, 1.6e-4]),
  "gpt3-6.7b": row("6.7B", [32, 4096, 32, 128], [2e6, 1.2e-4]),
  "gpt3-13b": row("13.0B", [40, 5140, 40, 128], [2e6, 1e-4]),
  "gpt3-175b": row("175.0B", [96, 12_288, 96, 128], [3.2e6, 0.6e-4])
} as const satisfies Record<string, Published>

/**
 * In two rows heads x head channels is not the width, so that no decoder with these numbers can be built: 24 x 128 is
 * 3,072, not 2,048, and 40 x 128 is 5,120, not 5,140. Layers and head channels are kept in both: 1.3B gets the 16 heads that fill
 * its width, as GPT-Neo 1.3B has them, and 13B the width that its heads fill, as OPT 13B has it.
 */
const mended = { "gpt3-1.3b": { heads: 16 }, "gpt3-13b": { channels: 5120 } }

const shaped = ({ channels, heads, layers }: Pick<Published, "channels" | "heads" | "layers">): Preset => ({
  layers,
  heads,
  channels,
  contextLength: 2048,
  layerNormEpsilon: 1e-5
})

/** Parameters are for the vocabulary of GPT-2, which the paper keeps. */
export const presets = {
  "gpt3-125m": shaped(table["gpt3-125m"]), // 125,226,240
  "gpt3-350m": shaped(table["gpt3-350m"]), // 355,871,744
  "gpt3-760m": shaped(table["gpt3-760m"]), // 760,300,032
  "gpt3-1.3b": shaped({ ...table["gpt3-1.3b"], ...mended["gpt3-1.3b"] }), // 1,315,723,264
  "gpt3-2.7b": shaped(table["gpt3-2.7b"]), // 2,651,553,280
  "gpt3-6.7b": shaped(table["gpt3-6.7b"]), // 6,658,404,352
  "gpt3-13b": shaped({ ...table["gpt3-13b"], ...mended["gpt3-13b"] }), // 12,853,386,240
  "gpt3-175b": shaped(table["gpt3-175b"]) // 174,604,259,328
} as const satisfies Record<keyof typeof table, Preset>

/** Every second layer looks at its window alone (as the Sparse Transformer, Child et al. 2019), if there is one. */
export const build = ({ window, ...config }: Config) =>
  Gpt2.build(config, { window: (layer) => (layer % 2 === 1 ? window : undefined) })

export const family = Family.causal({
  name: "gpt3",
  description: "GPT-2 wider, deeper and with a context of 2,048; eight sizes (Brown et al. 2020)",
  card: {
    title: "GPT-3",
    paper: "Brown et al. 2020, Language Models are Few-Shot Learners",
    objective: "causal language modelling",
    goodAt:
      "the most general of all: tasks from a few examples in the prompt, without training; long, fluent texts",
    weakAt: "cost: the large sizes need many devices to run and far more to train; weights are not public",
    licence: "weights not public"
  },
  Config,
  presets,
  published: { vocabSize: Gpt2.publishedVocabSize, parameters: {} },
  build,
  huggingFace: {
    modelType: "gpt2",
    architecture: () => "GPT2LMHeadModel",
    Config: Gpt2.HuggingFaceConfig,
    from: (json): Config => Gpt2.fromHuggingFace(json),
    to: Gpt2.toHuggingFace,
    refuses: ({ window }) =>
      window === undefined
        ? undefined
        : `transformers has no GPT-2 whose layers see ${window} places alone: train without window to save there`,
    ...Gpt2.stored
  }
})
