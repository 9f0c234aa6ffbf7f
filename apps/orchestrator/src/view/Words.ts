// Numbers and times as the terminal shows them.
import type { Progress } from "@inkstone/stage"
import type { Meter } from "./Meter.ts"

/** 83 -> `1:23` */
export const clock = (seconds: number): string => {
  const whole = Math.round(seconds)
  const minutes = Math.floor(whole / 60)
  const rest = String(whole % 60).padStart(2, "0")
  return minutes < 60
    ? `${minutes}:${rest}`
    : `${Math.floor(minutes / 60)}:${String(minutes % 60).padStart(2, "0")}:${rest}`
}

const scales = [
  [1e12, "T"],
  [1e9, "G"],
  [1e6, "M"],
  [1e3, "k"]
] as const

/** Three digits, but whole numbers below 10,000 as they are: 1234567 -> `1.23 M`, 42 -> `42`, 8.126 -> `8.13` */
export const quantity = (n: number): string => {
  if (Number.isInteger(n) && n < 10_000) return String(n)
  // rounded before the scale is chosen: 999,999 is 1.00 M, not 1000 k
  const rounded = Number(n.toPrecision(3))
  if (rounded < 10_000) return String(rounded)
  const [divisor, suffix] = scales.find(([least]) => rounded >= least) ?? [1, ""]
  return `${(rounded / divisor).toPrecision(3)} ${suffix}`
}

/** 850 -> `850 ms`, 12345 -> `12.3 s`, 123456 -> `2:03 min` */
export const took = (milliseconds: number): string =>
  milliseconds < 999.5
    ? `${Math.round(milliseconds)} ms`
    : milliseconds < 59_950
      ? `${(milliseconds / 1000).toFixed(1)} s`
      : `${clock(milliseconds / 1000)} min`

const bar = (share: number, width: number): string => {
  const full = Math.round(share * width)
  return "█".repeat(full) + "░".repeat(width - full)
}

/** `██████░░░░ 120/400 steps, 8.1 steps/s, 0:34 left, loss 4.21` */
export const progress = ({ done, note, total, unit }: Progress, meter: Meter): string => {
  const share = total === undefined || total === 0 ? undefined : Math.min(1, done / total)
  const { rate } = meter
  const left = total === undefined ? undefined : meter.secondsLeft(total)
  const parts = [
    `${share === undefined ? "" : `${bar(share, 16)} `}${quantity(done)}${total === undefined ? "" : `/${quantity(total)}`} ${unit}`,
    rate === undefined ? "" : `${quantity(rate)} ${unit}/s`,
    left === undefined || share === 1 ? "" : `${clock(left)} left`,
    note ?? ""
  ]
  return parts.filter((part) => part !== "").join(", ")
}
