// A terminal's view: finished stages scroll up, those that run keep one line each at the bottom, redrawn in place.
import type { Progress } from "@inkstone/stage"
import { Meter } from "./Meter.ts"
import { finished } from "./PlainLines.ts"
import type { Out, View } from "./View.ts"
import * as Words from "./Words.ts"

const FRAMES = ["⠋", "⠙", "⠹", "⠸", "⠼", "⠴", "⠦", "⠧", "⠇", "⠏"]
/** A redraw a tenth of a second is smooth; more only burns the processor that trains. */
const REDRAW_MILLIS = 100

const color = (code: number, text: string) => `\u001B[${code}m${text}\u001B[0m`
const marks = {
  hit: color(36, "✓"),
  ran: color(32, "✓"),
  failed: color(31, "✗"),
  cancelled: color(33, "■"),
  blocked: color(33, "–")
}

interface Running {
  readonly meter: Meter
  readonly since: number
  progress: Progress | undefined
}

/** Cuts to the terminal's width; counts wide (Han) characters as two columns. */
export const clip = (text: string, columns: number): string => {
  let width = 0
  let end = 0
  for (const character of text) {
    width += /[\u1100-\u115F\u2E80-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60]/u.test(
      character
    )
      ? 2
      : 1
    if (width >= columns) return text.slice(0, end)
    end += character.length
  }
  return text
}

export const make = (out: Out): View => {
  const running = new Map<string, Running>()
  let drawn = 0
  let redrawn = 0
  let frame = 0
  const columns = () => out.columns ?? 100
  const erase = () => {
    if (drawn > 0) out.write(`\u001B[${drawn}A\u001B[0J`)
    drawn = 0
  }
  const draw = (at: number) => {
    erase()
    frame += 1
    const lines = Array.from(running, ([name, { meter, progress, since }]) => {
      const said =
        progress === undefined
          ? `running, ${Words.clock((at - since) / 1000)}`
          : Words.progress(progress, meter)
      return `${FRAMES[frame % FRAMES.length]} ${clip(`${name.padEnd(26)} ${said}`, columns() - 2)}\n`
    })
    out.write(lines.join(""))
    drawn = lines.length
    redrawn = at
  }
  const keep = (text: string, at: number) => {
    erase()
    out.write(`${text}\n`)
    draw(at)
  }
  const start = (name: string, at: number) => {
    const known = running.get(name) ?? { meter: new Meter(), since: at, progress: undefined }
    running.set(name, known)
    return known
  }
  const report = (name: string, progress: Progress, at: number) => {
    const known = start(name, at)
    known.meter.update(progress.done, at)
    known.progress = progress
    if (at - redrawn >= REDRAW_MILLIS) draw(at)
  }
  out.write("\u001B[?25l")
  return {
    on: (event, at) => {
      if (event.type === "node-started") {
        start(event.node, at)
        draw(at)
      } else if (event.type === "progress") report(event.node, event.progress, at)
      else if (event.type === "prepare-progress") report(`prepare ${event.stage}`, event.progress, at)
      else if (event.type === "prepare-finished") {
        running.delete(`prepare ${event.stage}`)
        draw(at)
      } else if (event.type === "node-finished") {
        const { result } = event
        running.delete(result.id)
        keep(`${marks[result.status]} ${result.id.padEnd(26)} ${finished(result)}`, at)
      } else if (event.type === "node-retrying")
        keep(
          `${color(33, "↻")} ${event.node.padEnd(26)} again in ${Words.took(event.delayMillis)}: ${event.failure.message}`,
          at
        )
      else if (event.type === "warning")
        keep(`${color(33, "!")} ${(event.node ?? "").padEnd(26)} ${event.message}`, at)
      else if (event.type === "log" && (event.level === "Warn" || event.level === "Error"))
        keep(`${color(33, "!")} ${event.node.padEnd(26)} ${event.message}`, at)
    },
    close: () => {
      erase()
      out.write("\u001B[?25h")
    }
  }
}
