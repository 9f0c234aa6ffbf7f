// What runs, and in which order: operations with a kernel of their own and compiled clusters, as steps.
import { type Cluster, escapes, partition } from "./Clusters.ts"
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
  const clusterOf = new Map(
    clusters.flatMap((cluster) => cluster.map((tensor) => [tensor, cluster] as const))
  )
  const escaping = escapes(order, roots, clusterOf)
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
    return [compiled(cluster, escaping)]
  })
  return queued(steps)
}

const alone = (tensor: Tensor): Step => ({
  members: [tensor],
  compiled: false,
  takes: [...new Set(tensor.inputs.map(origin))],
  gives: [tensor]
})

const compiled = (cluster: Cluster, escaping: ReadonlySet<Tensor>): Step => {
  const members = new Set(cluster)
  const inputs = new Set(cluster.flatMap(({ inputs }) => inputs.map(origin)))
  return {
    members: cluster,
    compiled: true,
    takes: [...inputs].filter((input) => !members.has(input) && input.placement !== "free"),
    gives: cluster.filter((tensor) => escaping.has(tensor))
  }
}

/** First come, first served. */
const queued = (steps: ReadonlyArray<Step>): ReadonlyArray<Step> => {
  const maker = new Map(steps.flatMap((step) => step.gives.map((tensor) => [tensor, step] as const)))
  const open = new Map<Step, number>()
  const followers = new Map<Step, Array<Step>>()
  for (const step of steps) {
    const before = new Set(step.takes.flatMap((tensor) => maker.get(tensor) ?? []))
    open.set(step, before.size)
    for (const one of before) {
      const list = followers.get(one) ?? []
      list.push(step)
      followers.set(one, list)
    }
  }
  const queue = steps.filter((step) => open.get(step) === 0)
  // grows while it is read
  for (const step of queue)
    for (const next of followers.get(step) ?? []) {
      const left = (open.get(next) ?? 0) - 1
      open.set(next, left)
      if (left === 0) queue.push(next)
    }
  return queue
}
