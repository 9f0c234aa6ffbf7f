// A training that goes on from the numbers of another network of the family: its body is taken over, heads may differ.
import type { Parameter } from "@inkstone/graph"
import { Effect, Schema } from "effect"
import * as Domain from "./blocks/Domain.ts"
import type { NetworkFamily } from "./Family.ts"
import { isThin } from "./lora/Names.ts"
import * as NamedArray from "./NamedArray.ts"
import type { AnyNetwork } from "./Network.ts"

/** The arrays are not those of a network to start from. */
export class StartUnusable extends Schema.TaggedError<StartUnusable>()("StartUnusable", {
  family: Schema.String,
  problem: Schema.String,
  /** of arrays, five at most */
  names: Schema.Array(Schema.String),
  advice: Schema.String
}) {
  override get message() {
    return `${this.family}: ${this.problem}: ${this.names.join(", ")}; ${this.advice}`
  }
}

export interface WarmStart {
  /** float32, to be written over what `init` has set */
  readonly arrays: NamedArray.NamedArrays
  /** parameters that keep what `init` has set: a head that is not there or has other classes, domains, thin matrices */
  readonly fresh: ReadonlyArray<string>
  /** arrays of other heads, which the network does not have */
  readonly unused: ReadonlyArray<string>
}

/**
 * Which parameters of a network start from given arrays, by names and shapes.
 *
 *     const { arrays, fresh } = yield* WarmStart.from(network, { family: Bert.family, arrays: weights })
 *     session.call(entries.init, { key })         // all of them
 *     // then write `arrays`
 *
 * @throws StartUnusable if anything but a head is missing, left over or of another shape, or the vocabularies differ
 */
export const from = Effect.fn("WarmStart.from")(function* (
  network: AnyNetwork,
  { arrays, family }: { readonly family: NetworkFamily; readonly arrays: NamedArray.NamedArrays }
): Effect.fn.Return<WarmStart, StartUnusable> {
  const refuse = (problem: string, names: ReadonlyArray<string>, advice: string) =>
    new StartUnusable({ family: family.name, problem, names: names.slice(0, 5), advice })
  const mayStartAnew = ({ name }: Pick<Parameter, "name">) =>
    family.huggingFace.others.test(name) || name.startsWith(Domain.prefix) || isThin(name)
  const taken = new Map<string, NamedArray.NamedArray>()
  const [fresh, missing, misshapen]: [Array<string>, Array<string>, Array<string>] = [[], [], []]
  for (const parameter of network.parameters) {
    const { name, shape } = parameter
    const array = arrays.get(name)
    const values = array && NamedArray.float32(array)
    if (array !== undefined && values !== undefined && array.shape.join() === shape.join())
      taken.set(name, NamedArray.of(name, "float32", values, shape))
    else if (mayStartAnew(parameter)) fresh.push(name)
    else if (array === undefined) missing.push(name)
    else if (array.shape[0] !== shape[0] && shape[0] === network.vocabSize)
      return yield* refuse(
        `knows ${array.shape[0]} tokens, but the network is to know ${network.vocabSize}`,
        [name],
        "encode the texts with the tokenizer of the weights"
      )
    else misshapen.push(`${name} ${array.dtype} [${array.shape.join(", ")}], not [${shape.join(", ")}]`)
  }
  if (missing.length > 0)
    return yield* refuse(`lacks ${missing.length} arrays`, missing, "are the weights of this family?")
  if (misshapen.length > 0)
    return yield* refuse("has another shape", misshapen, "take over the architecture of the weights")
  const known = new Set(network.parameters.map(({ name }) => name))
  const extra = [...arrays.keys()].filter((name) => !known.has(name))
  const unexpected = extra.filter((name) => !mayStartAnew({ name }))
  if (unexpected.length > 0)
    return yield* refuse(
      `has ${unexpected.length} arrays that the network does not have`,
      unexpected,
      "take over the architecture of the weights"
    )
  return { arrays: taken, fresh, unused: extra }
})
