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

/** 1234567 -> `1.23 M`, 42 -> `42` */
export const quantity = (n: number): string => {
  if (n < 10_000) return Number.isInteger(n) ? String(n) : n.toPrecision(3)
  const [divisor, suffix] = n < 1e6 ? [1e3, "k"] : n < 1e9 ? [1e6, "M"] : [1e9, "G"]
  return `${(n / divisor).toPrecision(3)} ${suffix}`
}

/** 850 -> `850 ms`, 12345 -> `12.3 s`, 123456 -> `2:03 min` */
export const took = (milliseconds: number): string =>
  milliseconds < 1000
    ? `${Math.round(milliseconds)} ms`
    : milliseconds < 60_000
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
    rate === undefined ? "" : `${quantity(Number(rate.toPrecision(3)))} ${unit}/s`,
    left === undefined || share === 1 ? "" : `${clock(left)} left`,
    note ?? ""
  ]
  return parts.filter((part) => part !== "").join(", ")
}
