// Every family of the zoo keeps the contract.
import * as Gpt2 from "../src/Gpt2.ts"
import { modelContract } from "../src/testkit.ts"

modelContract(Gpt2.family, [
  {
    name: "two layers",
    architecture: {
      vocabSize: 64,
      contextLength: 16,
      layers: 2,
      heads: 2,
      channels: 16,
      layerNormEpsilon: 1e-5
    }
  }
])
