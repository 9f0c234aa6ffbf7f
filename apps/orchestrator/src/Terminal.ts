// The process's standard output and error as views and commands want them.
import { writeSync } from "node:fs"
import type { SourceFiles } from "@inkstone/stage"
import { Effect } from "effect"
import { bytes } from "./view/Bytes.ts"
import type { Out, View } from "./view/View.ts"
import * as JsonLines from "./view/JsonLines.ts"
import * as LiveLines from "./view/LiveLines.ts"
import * as PlainLines from "./view/PlainLines.ts"

/** How often the clock of a stage that says nothing moves on. */
const TICK_MILLIS = 250
/** Pause before a full pipe is tried again; the reader is slow, and trying at once would only take its processor. */
const FULL_PIPE_MILLIS = 2

const pause = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, FULL_PIPE_MILLIS)

/**
 * Writes at once: what was said before a signal ends the process is not lost in a buffer. A reader that has gone away
 * (`| head`) is no failure of ours.
 */
const write = (descriptor: number, text: string): void => {
  const bytes = Buffer.from(text, "utf8")
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(descriptor, bytes, at)
    } catch (cause) {
      const code = cause instanceof Error && "code" in cause ? cause.code : ""
      if (code === "EPIPE") return
      if (code !== "EAGAIN") throw cause
      pause()
    }
  }
}

export const out: Out = {
  write: (text) => write(1, text),
  get columns() {
    return process.stdout.isTTY ? process.stdout.columns : undefined
  }
}

/** What went wrong, on standard error. */
export const complain = (text: string): void => write(2, `${text}\n`)

/** Says on standard error that a source is fetched, and how much came: a plan has no view. */
export const fetching = (): SourceFiles.Tell => {
  const seen = new Map<string, number>()
  return (source, progress) =>
    Effect.sync(() => {
      if (progress === undefined) complain(`${source}: ${bytes(seen.get(source) ?? 0)} came`)
      else {
        if (!seen.has(source)) complain(`${source}: fetching, once for this user`)
        seen.set(source, progress.done)
      }
    })
}

/** Redraws while nothing happens, and gives the cursor back however the process ends. */
const live = (): View => {
  const view = LiveLines.make(out)
  const timer = setInterval(() => view.tick(performance.now()), TICK_MILLIS)
  timer.unref()
  const close = () => {
    clearInterval(timer)
    process.off("exit", close)
    view.close()
  }
  process.on("exit", close)
  return { on: view.on, close }
}

/** JSON for programs, a live view for a terminal, plain lines for a log. */
export const view = (json: boolean): View =>
  json
    ? JsonLines.make(out)
    : out.columns === undefined || process.env["CI"] !== undefined
      ? PlainLines.make(out)
      : live()
