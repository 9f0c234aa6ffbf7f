// A session with a network's numbers in it: what every kind of model is opened with.
import { type Parameter, Program } from "@inkstone/graph"
import { type Entry, grouped, type NativeUnavailable, Session, type Tensor } from "@inkstone/tensorflow"
import { Effect, type Scope } from "effect"
import { ModelFailed, ModelUnusable } from "./Model.ts"
import * as NamedArray from "./NamedArray.ts"
import type { Network } from "./Network.ts"

/** Float32 numbers of a parameter, or what is wrong with the stored array. */
export const parameterOf = (
  arrays: NamedArray.NamedArrays,
  { name, shape }: Parameter
): Float32Array | string => {
  const array = arrays.get(name)
  if (array === undefined) return `has no array ${name}`
  if (array.shape.join() !== shape.join())
    return `${name} is [${array.shape.join(", ")}], the architecture asks for [${shape.join(", ")}]`
  const values = NamedArray.float32(array)
  if (values === undefined) return `${name} is ${array.dtype}, not a float type`
  return values.length === NamedArray.sizeOf(shape) ? values : `${name} has ${values.length} numbers`
}

/** Native calls are synchronous and throw. */
export const native = <A>(family: string, run: () => A): Effect.Effect<A, ModelFailed> =>
  Effect.try({
    try: run,
    catch: (cause) =>
      new ModelFailed({ family, problem: cause instanceof Error ? cause.message : String(cause) })
  })

export const float32Of = (tensor: Tensor): Float32Array =>
  tensor.dtype === "float32" ? tensor.values : Float32Array.from(tensor.values)

/** A lowered program; parameters that it keeps in a form of its own are given to entries with an input `value`. */
export interface Loadable extends Pick<Program.Lowered, "graphDef" | "variables"> {
  readonly loading?: ReadonlyMap<string, Entry.Entry>
}

/**
 * Opens a session of a lowered program and writes the network's parameters into it; its memory is freed with the scope. Needs
 * each parameter by name and shape; arrays of other names are not looked at.
 */
export const open = Effect.fn("ModelSession.open")(function* (
  family: string,
  program: Loadable,
  { arrays, parameters }: Pick<Network, "parameters"> & { readonly arrays: NamedArray.NamedArrays }
): Effect.fn.Return<Session, ModelUnusable | ModelFailed | NativeUnavailable, Scope.Scope> {
  const session = yield* Session.open(program.graphDef, { rewrite: Program.rewrite(program) }).pipe(
    Effect.catchTag("ProgramRejected", ({ problem }) => Effect.fail(new ModelFailed({ family, problem })))
  )
  const writes = new Map<string, Entry.Entry>(program.variables.map(({ name, write }) => [name, write]))
  for (const [name, entry] of program.loading ?? []) writes.set(name, entry)
  for (const group of grouped(parameters, ({ shape }) => 4 * NamedArray.sizeOf(shape))) {
    const calls: Array<{
      readonly entry: Entry.Entry
      readonly given: Readonly<Record<string, Entry.Given>>
    }> = []
    for (const parameter of group) {
      const values = parameterOf(arrays, parameter)
      if (typeof values === "string") return yield* new ModelUnusable({ family, problem: values })
      const entry = writes.get(parameter.name)
      if (entry !== undefined) calls.push({ entry, given: { value: { shape: parameter.shape, values } } })
    }
    yield* native(family, () => session.callAll(calls))
  }
  return session
})
