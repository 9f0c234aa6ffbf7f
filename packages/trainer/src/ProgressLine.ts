// What a training says of itself in the line that a person watches. Bar, steps, rate and time left are the view's part; this
// is the rest, the most telling first, since a narrow terminal cuts off the end.

export interface Standing {
  /** of the last updates, in nats or what the objective has, newest last; up to 64 are looked at */
  readonly losses: ArrayLike<number>
  /** of the evaluations, once there was one: what is watched, and its best so far */
  readonly validation?: { readonly loss: number; readonly best: number; readonly bestStep: number }
  readonly learningRate: number
  /** global L2 norm before clipping */
  readonly gradientNorm: number
  /** what the loss counts, such as tokens, and how many a second */
  readonly rate: { readonly perSecond: number; readonly unit: string }
  /** from 0 to 1: of what matrix products alone reach on this machine */
  readonly matmulShare?: number
}

/** How many updates the shown loss and its trend are taken from: one batch's loss jumps too much to be read. */
const SHOWN = 8
const LOOKED_AT = 64

const mean = (values: ReadonlyArray<number>): number =>
  values.reduce((sum, value) => sum + value, 0) / values.length

/**
 * Whether the later half of the losses is below the earlier one, by more than their scatter explains: `↓` falls, `↑` rises,
 * `→` neither; nothing while there are too few to say.
 */
export const trend = (losses: ReadonlyArray<number>): "" | "↓" | "→" | "↑" => {
  if (losses.length < 2 * SHOWN) return ""
  const half = Math.floor(losses.length / 2)
  const parts = [losses.slice(0, half), losses.slice(half)] as const
  const [before, after] = [mean(parts[0]), mean(parts[1])]
  // of the difference of two means: the variances of both add up
  const error = Math.sqrt(
    parts.reduce((sum, part) => {
      const middle = mean(part)
      return sum + mean(part.map((value) => (value - middle) ** 2)) / (part.length - 1)
    }, 0)
  )
  const change = after - before
  return Math.abs(change) <= 2 * error ? "→" : change < 0 ? "↓" : "↑"
}

/** Four digits: 3.214, 12.05, 0.08312; tiny ones as powers. */
const figure = (value: number): string =>
  value !== 0 && Math.abs(value) < 1e-3 ? value.toExponential(1) : value.toPrecision(4)

/**
 * The note of a training's progress:
 * `loss 3.214 ↓, validation 3.401 (best 3.380 at 300), lr 3.0e-4, 12,300 tokens/s, 41% of matmul, gradient 0.82`
 */
export const note = ({
  gradientNorm,
  learningRate,
  losses,
  matmulShare,
  rate,
  validation
}: Standing): string => {
  const recent = Array.from(losses).slice(-LOOKED_AT)
  const shown = recent.slice(-SHOWN)
  return [
    ...(shown.length === 0 ? [] : [`loss ${figure(mean(shown))} ${trend(recent)}`.trimEnd()]),
    ...(validation === undefined ? [] : [judged(validation)]),
    `lr ${learningRate.toExponential(1)}`,
    `${Math.round(rate.perSecond).toLocaleString("en-US")} ${rate.unit}/s`,
    ...(matmulShare === undefined ? [] : [`${Math.round(matmulShare * 100)}% of matmul`]),
    `gradient ${gradientNorm.toPrecision(2)}`
  ].join(", ")
}

const judged = ({ best, bestStep, loss }: NonNullable<Standing["validation"]>): string =>
  loss === best
    ? `validation ${figure(loss)} (best)`
    : `validation ${figure(loss)} (best ${figure(best)} at ${bestStep})`
