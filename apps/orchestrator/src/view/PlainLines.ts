// A line when a stage starts, one now and then while it goes on, one when it ends: for logs and CI.
import type { NodeResult, RunEvent } from "@inkstone/pipeline"
import { Meter } from "./Meter.ts"
import type { Out, View } from "./View.ts"
import * as Width from "./Width.ts"
import * as Words from "./Words.ts"

/** of a node's name, in front of what is said about it */
export const NAME_COLUMNS = 26

/** Longest silence about a stage that reports progress. */
const EVERY_MILLIS = 10_000

/** What a finished stage's line says. */
export const finished = ({ failure, milliseconds, note, status, tolerated }: NodeResult): string =>
  status === "hit"
    ? (note ?? "hit")
    : status === "ran"
      ? `ran, ${Words.took(milliseconds)}`
      : failure === undefined
        ? status
        : `${status} (${failure.category}): ${failure.message}${tolerated === true ? "; the search goes on without it" : ""}`

export const make = (out: Out): View => {
  const meters = new Map<string, { readonly meter: Meter; shown: number }>()
  const line = (name: string, text: string) => out.write(`${Width.pad(name, NAME_COLUMNS)} ${text}\n`)
  const progress = (name: string, event: Extract<RunEvent, { readonly progress: unknown }>, at: number) => {
    const known = meters.get(name) ?? { meter: new Meter(), shown: at }
    meters.set(name, known)
    known.meter.update(event.progress.done, at)
    if (at - known.shown < EVERY_MILLIS) return
    known.shown = at
    line(name, Words.progress(event.progress, known.meter))
  }
  return {
    on: (event, at) => {
      if (event.type === "node-started") line(event.node, `run: ${event.reason}`)
      else if (event.type === "progress") progress(event.node, event, at)
      else if (event.type === "prepare-progress") progress(`prepare ${event.stage}`, event, at)
      else if (event.type === "node-finished") {
        // of a search most are, and what matters is said by the others
        if (event.result.status !== "skipped") line(event.result.id, finished(event.result))
      } else if (event.type === "node-retrying")
        line(event.node, `again in ${Words.took(event.delayMillis)}: ${event.failure.message}`)
      else if (event.type === "warning") line(event.node ?? "warning", event.message)
      else if (event.type === "log" && event.level !== "Debug" && event.level !== "Trace")
        line(event.node, event.message)
    },
    close: () => {}
  }
}
