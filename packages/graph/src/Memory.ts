// How much a run holds at once: what each step makes stays until the last step that needs it is done.
import { isVariable, type Variable } from "./Parameter.ts"
import type { Step } from "./Schedule.ts"
import type { Sizes } from "./Sizes.ts"
import { origin, type Tensor } from "./Tensor.ts"
import { carries } from "./Work.ts"

export interface Memory {
  /** trained variables */
  readonly parameters: number
  /** other variables: the optimizer's slots, caches */
  readonly state: number
  /** most of the gradients of parameters at once: all of them where they are clipped by their norm */
  readonly gradients: number
  /** most of everything else at once: what the forward pass keeps for the backward pass, and what is in work */
  readonly activations: number
  /** most of all of them at once; less than their sum, since gradients come as activations go */
  readonly peak: number
}

interface Program {
  readonly steps: ReadonlyArray<Step>
  /** what a run must leave: its outputs */
  readonly outputs: ReadonlyArray<Tensor>
  readonly updates: ReadonlyArray<readonly [Variable, Tensor]>
  /** gradients of parameters among the tensors */
  readonly gradients: ReadonlyArray<Tensor>
}

type Use = "variable" | "gradient" | "other"

/** A piece of memory that one tensor or several names of it share. */
interface Block {
  readonly bytes: number
  readonly use: Use
  /** of its names, those still needed */
  names: number
}

/** What is live, and the most there ever was of it. */
class Ledger {
  readonly #blocks = new Map<Tensor, Block>()
  readonly #live: Record<Use, number> = { variable: 0, gradient: 0, other: 0 }
  readonly most = { gradient: 0, other: 0, all: 0 }

  blockOf(tensor: Tensor): Block | undefined {
    return this.#blocks.get(tensor)
  }
  hold(tensor: Tensor, block: Block): void {
    if (block.names === 0) this.#live[block.use] += block.bytes
    block.names += 1
    this.#blocks.set(tensor, block)
  }
  release(tensor: Tensor): void {
    const block = this.#blocks.get(tensor)
    if (block === undefined) return
    block.names -= 1
    if (block.names === 0) this.#live[block.use] -= block.bytes
  }
  look(): void {
    const { gradient, other, variable } = this.#live
    this.most.gradient = Math.max(this.most.gradient, gradient)
    this.most.other = Math.max(this.most.other, other)
    this.most.all = Math.max(this.most.all, gradient + other + variable)
  }
}

/**
 * Bytes a run holds, its variables included. A buffer that a plain kernel may write its result into is used again, and a
 * compiled step that makes a variable's new value from its old one writes it in place.
 */
export const memoryOf = ({ gradients, outputs, steps, updates }: Program, sizes: Sizes): Memory => {
  const last = new Map<Tensor, number>()
  for (const [at, { takes }] of steps.entries()) for (const tensor of takes) last.set(tensor, at)
  const variableOf = new Map(updates.map(([variable, value]) => [origin(value), variable] as const))
  const results = new Set([...outputs.map(origin), ...variableOf.keys()])
  const replaced = new Set<Tensor>(variableOf.values())
  const variables = [...new Set([...last.keys(), ...results, ...replaced])].filter(isVariable)
  const stays = (tensor: Tensor) => results.has(tensor) || (isVariable(tensor) && !replaced.has(tensor))

  const ofParameters = new Set(gradients.flatMap(shapesOf))
  const ledger = new Ledger()
  const blockFor = (tensor: Tensor): Block => {
    const variable = variableOf.get(tensor) ?? (isVariable(tensor) ? tensor : undefined)
    const gradient = ofParameters.has(tensor) || variable?.scratch === true
    return {
      bytes: sizes.bytes(tensor),
      use: gradient ? "gradient" : variable === undefined ? "other" : "variable",
      names: 0
    }
  }
  for (const tensor of new Set([...variables, ...last.keys()]))
    if (isVariable(tensor) || tensor.op === "input") ledger.hold(tensor, blockFor(tensor))

  ledger.look()
  for (const [at, step] of steps.entries()) {
    const dying = step.takes.filter((tensor) => last.get(tensor) === at && !stays(tensor))
    const renamed = carries(step)
      ? step.takes.slice(0, 1).map((tensor) => ledger.blockOf(tensor))[0]
      : undefined
    const reused =
      step.compiled || renamed !== undefined ? undefined : reusable(step, dying, { ledger, sizes })
    if (reused !== undefined) ledger.release(reused)
    const inPlace = (tensor: Tensor) => {
      const variable = variableOf.get(tensor)
      const written = step.compiled && variable !== undefined && step.takes.includes(variable)
      return written && !last.has(tensor) ? ledger.blockOf(variable) : undefined
    }
    for (const tensor of step.gives) ledger.hold(tensor, renamed ?? inPlace(tensor) ?? blockFor(tensor))
    ledger.look()
    for (const tensor of dying) if (tensor !== reused) ledger.release(tensor)
    for (const tensor of step.gives) {
      if (!last.has(tensor) && !stays(tensor)) ledger.release(tensor)
      const variable = variableOf.get(tensor)
      if (variable !== undefined && !last.has(variable)) ledger.release(variable)
    }
  }
  const bytes = (wanted: (variable: Variable) => boolean) =>
    variables.filter(wanted).reduce((sum, variable) => sum + sizes.bytes(variable), 0)
  return {
    parameters: bytes((variable) => "trainable" in variable),
    state: bytes((variable) => !("trainable" in variable) && variable.scratch !== true),
    gradients: ledger.most.gradient,
    activations: ledger.most.other,
    peak: ledger.most.all
  }
}

/** The tensor, and what it is reshaped from. */
const shapesOf = (tensor: Tensor): ReadonlyArray<Tensor> => {
  const at = origin(tensor)
  const [input] = at.inputs
  return at.op === "reshape" && input !== undefined ? [at, ...shapesOf(input)] : [at]
}

/** An operand whose buffer TensorFlow's kernel takes for its result. */
const reusable = (
  { members: [made] }: Step,
  dying: ReadonlyArray<Tensor>,
  { ledger, sizes }: { readonly ledger: Ledger; readonly sizes: Sizes }
): Tensor | undefined => {
  if (made === undefined || (made.placement !== "fused" && made.op !== "scatterAdd")) return undefined
  return dying.find((tensor) => {
    const block = ledger.blockOf(tensor)
    const alone = block !== undefined && block.use !== "variable" && block.names === 1
    return alone && tensor.dtype === made.dtype && sizes.bytes(tensor) === sizes.bytes(made)
  })
}
