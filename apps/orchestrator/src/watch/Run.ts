// One training as `inkstone watch` sees it: where its event files are, and what they say of where it stands.
import type { Points, Series } from "@inkstone/trainer/events/Series"

export interface Run {
  /** what a person calls it: the node's label, or the folder's path */
  readonly name: string
  readonly series: Series
}

export interface Standing {
  readonly step: number
  /** steps of the whole training, if its settings say */
  readonly total?: number
  /** over the last points; absent where there are too few */
  readonly stepsPerSecond?: number
  readonly secondsLeft?: number
  /** since the last event */
  readonly silentSeconds: number
  readonly state: "running" | "done" | "failed" | "silent"
}

/** A training that says nothing for this long, and for this many of its own pauses, has stopped or hangs. */
const SILENT_SECONDS = 120
const SILENT_PAUSES = 10
/** Points that the rate is taken from: it follows a change within seconds and does not jump. */
const RECENT = 50

/** The series whose last point is the newest. */
const newest = (series: Series): Points | undefined =>
  [...series.tags.values()].reduce<Points | undefined>((found, points) => {
    const last = points.steps.at(-1) ?? -1
    const known = found?.steps.at(-1) ?? -1
    return last > known || (last === known && points.steps.length > (found?.steps.length ?? 0))
      ? points
      : found
  }, undefined)

/** Where a run stands at `nowSeconds` since 1970. */
export const standing = ({ series }: Run, nowSeconds: number): Standing => {
  const points = newest(series)
  const step = points?.steps.at(-1) ?? 0
  const steps = points?.steps.slice(-RECENT) ?? []
  const seconds = points?.wallSeconds.slice(-RECENT) ?? []
  const took = (seconds.at(-1) ?? 0) - (seconds[0] ?? 0)
  const done = step - (steps[0] ?? 0)
  const rate = took > 0 && done > 0 ? done / took : undefined
  const said = series.hparams["steps"]
  const total = typeof said === "number" && said >= step ? said : undefined
  const silentSeconds = Math.max(0, nowSeconds - series.lastSeconds)
  const pause = steps.length > 1 ? took / (steps.length - 1) : 0
  const silent = silentSeconds > Math.max(SILENT_SECONDS, SILENT_PAUSES * pause)
  const state =
    series.ended === undefined
      ? silent
        ? "silent"
        : "running"
      : series.ended === "success"
        ? "done"
        : "failed"
  return {
    step,
    silentSeconds,
    state,
    ...(total === undefined ? {} : { total }),
    ...(rate === undefined ? {} : { stepsPerSecond: rate }),
    ...(rate === undefined || total === undefined || state !== "running"
      ? {}
      : { secondsLeft: (total - step) / rate })
  }
}
