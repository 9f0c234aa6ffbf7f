// LoRA (Hu et al. 2021): a matrix stays as it is, and the product of two thin ones that is added to it is learnt. Names, defaults and
// arithmetic are those of the package `peft`, so that its tools read what was trained here.
import {
  add,
  GraphInvalid,
  Initializer,
  matmul,
  mul,
  type Parameter,
  parameter,
  type Tensor,
  type TrainingProgram
} from "@inkstone/graph"
import * as Layers from "./Layers.ts"
import { isThin, thinName } from "./lora/Names.ts"
import { throughout } from "./lora/Throughout.ts"
import type { AnyNetwork, Network } from "./Network.ts"

export interface LoraSettings {
  /** r: how many rows the thin matrices have */
  readonly rank: number
  /** what is learnt counts alpha / rank times */
  readonly alpha: number
  /** Modules by the end of their name; left out: queries and values, or what holds them. */
  readonly targets?: ReadonlyArray<string>
  /** Whether what stands on the blocks is trained as well, which a head that starts from nothing needs; false if left out. */
  readonly head?: boolean
}

/** As `peft` has them for these families: queries and values of each attention; GPT-2 holds them with the keys in one matrix. */
export const defaultTargets = ["c_attn", "query", "value", "q_lin", "v_lin", "q_proj", "v_proj", "q", "v"]

/** A matrix that is adapted. */
export interface Target {
  /** [out, in], or [in, out] where `transposed` */
  readonly weight: Parameter
  readonly transposed: boolean
  /** [r, in], normal numbers with the deviation of peft's uniform ones */
  readonly a: Parameter
  /** [out, r], zeros: at first nothing changes */
  readonly b: Parameter
  /** alpha / rank */
  readonly scale: number
}

export interface Adapted<N extends AnyNetwork = AnyNetwork> {
  /** Its parameters are those of the base and the thin ones. For objectives; for generation, merge its arrays. */
  readonly network: N
  readonly targets: ReadonlyArray<Target>
  /** Option of a training program: the thin matrices, and the head if it was asked for. */
  readonly trained: TrainingProgram.Trained
}

const ending = ".weight"
/** OpenAI's Conv1D, which GPT-2 and GPT-3 have: [in, out]. */
const inOut = /^transformer\.h\.\d+\..*\.c_(attn|proj|fc)\.weight$/

/**
 * A network with matrices added to some of its own. Any objective takes it.
 *
 *     const { network, trained } = Lora.adapt(base, { rank: 8, alpha: 16 })
 *     TrainingProgram.build(causal(network), { ...options, trained })
 *
 * @throws GraphInvalid if a target names no module, or one that is no matrix of a layer
 */
export const adapt = <N extends AnyNetwork>(network: N, settings: LoraSettings): Adapted<N> => {
  const { head = false } = settings
  const targets = targetsOf(network, settings)
  const replaced = new Map<Tensor, Tensor>(targets.map((target) => [target.weight, summed(target)]))
  const thin = new Set(targets.flatMap(({ a, b }) => [a, b]))
  const { of, top } = Layers.layers(network)
  const adapted = throughout(network, replaced)
  return {
    network: { ...adapted, parameters: [...network.parameters, ...thin] },
    targets,
    trained: (parameter) => thin.has(parameter) || (head && !isThin(parameter.name) && of(parameter) === top)
  }
}

const isTarget = (module: string, target: string) => module === target || module.endsWith(`.${target}`)
const last = (name: string) => name.slice(name.lastIndexOf(".") + 1)

const targetsOf = (
  network: Network,
  { alpha, rank, targets: wanted = defaultTargets, ...rest }: LoraSettings
): ReadonlyArray<Target> => {
  if (!(Number.isInteger(rank) && rank > 0))
    throw new GraphInvalid("lora", `rank ${rank} is not a whole number above 0`)
  const { of } = Layers.layers(network)
  const modules = network.parameters.flatMap((weight) =>
    weight.name.endsWith(ending) ? [{ weight, module: weight.name.slice(0, -ending.length) }] : []
  )
  const unknown = wanted.filter((target) => !modules.some(({ module }) => isTarget(module, target)))
  const found = modules.filter(({ module }) => wanted.some((target) => isTarget(module, target)))
  if (found.length === 0 || (wanted !== defaultTargets && unknown.length > 0)) {
    const matrices = modules.filter(({ weight }) => weight.shape.length === 2 && of(weight) > 0)
    const known = [...new Set(matrices.map(({ module }) => last(module)))]
    throw new GraphInvalid(
      "lora",
      `the network has no module ${unknown.join(", ")}; it has ${known.join(", ")}`
    )
  }
  return found.map(({ module, weight }) => {
    const { shape } = weight
    const [rows = 1, columns = 1] = shape
    if (shape.length !== 2 || of(weight) === 0)
      throw new GraphInvalid("lora", `${weight.name} [${shape.join(", ")}] is no matrix of a layer`)
    if (rest.head === true && of(weight) === Layers.layers(network).top)
      throw new GraphInvalid("lora", `${weight.name} is part of the head, which is trained as a whole`)
    const transposed = inOut.test(weight.name)
    const [out, into] = transposed ? [columns, rows] : [rows, columns]
    // the variance of numbers that lie evenly between -1 / sqrt(in) and 1 / sqrt(in)
    const deviation = 1 / Math.sqrt(3 * into)
    return {
      weight,
      transposed,
      a: parameter(thinName(module, "A"), [rank, into], Initializer.normal(deviation)),
      b: parameter(thinName(module, "B"), [out, rank], Initializer.zeros),
      scale: alpha / rank
    }
  })
}

/** The matrix that the network is computed with. */
const summed = ({ a, b, scale, transposed, weight }: Target): Tensor => {
  const product = transposed
    ? matmul(a, b, { transposeA: true, transposeB: true }) // [in, out]
    : matmul(b, a) // [out, in]
  return add(weight, mul(product, scale))
}

export { merge, type Merged, unmerge } from "./lora/Merging.ts"
