// GPT-2 as a family of the zoo.
import { Effect, Schema } from "effect"
import { type Family, ModelUnusable } from "./Family.ts"
import * as Gpt2 from "./Gpt2.ts"
import * as NeuralModel from "./NeuralModel.ts"

const decodeConfig = Schema.decodeUnknownEffect(Gpt2.Config)

export const family: Family = {
  name: "gpt2",
  description: "decoder of pre-norm blocks with learned positions (Radford et al. 2019)",
  native: true,
  open: (opening) =>
    decodeConfig(opening.architecture).pipe(
      Effect.mapError(
        ({ message }) => new ModelUnusable({ family: "gpt2", problem: `architecture: ${message}` })
      ),
      Effect.flatMap((config) => NeuralModel.open("gpt2", Gpt2.build(config), opening))
    )
}
