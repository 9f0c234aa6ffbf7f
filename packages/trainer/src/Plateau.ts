// A rate that falls when the validation loss does not: torch.optim.lr_scheduler.ReduceLROnPlateau (mode min, relative threshold)
// as a step from one standing to the next. The standing follows from the losses so far, which every checkpoint has.
export interface Rules {
  /** what the rate is multiplied by */
  readonly factor: number
  /** evaluations without improvement that are borne; the next one lowers the rate */
  readonly patience: number
  /** share of the best loss that counts as an improvement */
  readonly threshold: number
  /** evaluations after a fall that are not counted */
  readonly cooldown: number
}

interface Standing {
  readonly rate: number
  readonly best: number
  readonly stale: number
  readonly resting: number
}

/** torch leaves the rate alone when it would fall by less. */
const leastFall = 1e-8

const judge = (standing: Standing, loss: number, rules: Rules & { readonly floor: number }): Standing => {
  const { cooldown, factor, floor, patience, threshold } = rules
  const { best, rate, resting } = standing
  const improved = loss < best * (1 - threshold)
  const stale = improved || resting > 0 ? 0 : standing.stale + 1
  const after = { best: improved ? loss : best, rate, stale, resting: Math.max(0, resting - 1) }
  if (stale <= patience) return after
  const lowered = Math.max(rate * factor, floor)
  return { ...after, rate: rate - lowered > leastFall ? lowered : rate, stale: 0, resting: cooldown }
}

/** The rate after these evaluations. */
export const rateAfter = (
  losses: ArrayLike<number>,
  rules: Rules,
  { floor, peak }: { readonly peak: number; readonly floor: number }
): number =>
  Array.from(losses).reduce<Standing>((standing, loss) => judge(standing, loss, { ...rules, floor }), {
    rate: peak,
    best: Infinity,
    stale: 0,
    resting: 0
  }).rate
