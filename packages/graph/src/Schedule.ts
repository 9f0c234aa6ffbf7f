// What runs, and in which order: operations with a kernel of their own and compiled clusters, as steps.
import { type Borders, borders } from "./Borders.ts"
import { type Cluster, partition } from "./Clusters.ts"
import { isVariable } from "./Parameter.ts"
import { origin, sorted, type Tensor } from "./Tensor.ts"

/** One kernel, or one compiled function. */
export interface Step {
  /** what is computed; several tensors in a compiled step */
  readonly members: ReadonlyArray<Tensor>
  readonly compiled: boolean
  /** made by other steps, or given: inputs and variables */
  readonly takes: ReadonlyArray<Tensor>
  /** needed by other steps, or afterwards */
  readonly gives: ReadonlyArray<Tensor>
}

/** Whether a run starts with it. */
const isGiven = (tensor: Tensor): boolean => tensor.op === "input" || isVariable(tensor)

/**
 * The steps of a run that computes `results`, in the order in which TensorFlow's executor comes to them with one thread: a
 * step queues up as soon as all it takes is there.
 */
export const stepsOf = (
  results: ReadonlyArray<Tensor>,
  options: { readonly clusters: boolean }
): ReadonlyArray<Step> => {
  const roots = results.map(origin)
  const order = sorted(roots, { aliases: "follow" })
  const clusters = options.clusters ? partition(order, new Set(roots)) : []
  const crossings = borders(order, roots, clusters)
  const { clusterOf } = crossings
  const outside = new Set(roots)
  for (const tensor of order)
    if (!clusterOf.has(tensor)) for (const input of tensor.inputs) outside.add(origin(input))
  const seen = new Set<Cluster>()
  const steps = order.flatMap((tensor): ReadonlyArray<Step> => {
    const cluster = clusterOf.get(tensor)
    if (cluster === undefined)
      // a constant that only clusters use is inside of them
      return isGiven(tensor) || !(outside.has(tensor) || tensor.placement !== "free") ? [] : [alone(tensor)]
    if (seen.has(cluster)) return []
    seen.add(cluster)
    return [compiled(cluster, crossings)]
  })
  return queued(steps)
}

const alone = (tensor: Tensor): Step => ({
  members: [tensor],
  compiled: false,
  takes: distinct(tensor.inputs.map(origin)),
  gives: [tensor]
})

/** Most operations take one tensor or two. */
const distinct = <A>(list: ReadonlyArray<A>): ReadonlyArray<A> =>
  list.length < 2 || (list.length === 2 && list[0] !== list[1]) ? list : [...new Set(list)]

const compiled = (cluster: Cluster, { gives, takes }: Borders): Step => ({
  members: cluster,
  compiled: true,
  takes: takes(cluster),
  gives: gives(cluster)
})

/** First come, first served. */
const queued = (steps: ReadonlyArray<Step>): ReadonlyArray<Step> => {
  const maker = new Map<Tensor, number>()
  for (const [at, { gives }] of steps.entries()) for (const tensor of gives) maker.set(tensor, at)
  /** tensors that a step still waits for */
  const open = steps.map(() => 0)
  const waiting = new Map<Tensor, Array<number>>()
  for (const [at, { takes }] of steps.entries())
    for (const tensor of takes) {
      if (!maker.has(tensor)) continue
      open[at] = (open[at] ?? 0) + 1
      const list = waiting.get(tensor)
      if (list === undefined) waiting.set(tensor, [at])
      else list.push(at)
    }
  const queue = steps.filter((_, at) => open[at] === 0)
  // grows while it is read
  for (const { gives } of queue)
    for (const tensor of gives)
      for (const at of waiting.get(tensor) ?? []) {
        const left = (open[at] ?? 0) - 1
        open[at] = left
        const next = steps[at]
        if (left === 0 && next !== undefined) queue.push(next)
      }
  return queue
}
