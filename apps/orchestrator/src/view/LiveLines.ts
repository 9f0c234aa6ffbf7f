// A terminal's view: finished stages scroll up, those that run keep one line each at the bottom, redrawn in place.
import type { Progress } from "@inkstone/stage"
import { Meter } from "./Meter.ts"
import { finished, NAME_COLUMNS } from "./PlainLines.ts"
import type { Out, View } from "./View.ts"
import * as Width from "./Width.ts"
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
  blocked: color(33, "–"),
  skipped: color(90, "–")
}

interface Running {
  readonly meter: Meter
  readonly since: number
  progress: Progress | undefined
}

/** One line, whatever a stage says. */
const flat = (text: string): string => text.replaceAll(/\p{Cc}+/gu, " ")

/** What a stage says of itself: on one line where there is room for it, else its note on a second one, as far right as it fits. */
const told = (
  name: string,
  { meter, progress, room }: { readonly meter: Meter; readonly progress: Progress; readonly room: number }
): ReadonlyArray<string> => {
  const named = (said: Progress) => flat(`${Width.pad(name, NAME_COLUMNS)} ${Words.progress(said, meter)}`)
  const { note, ...numbers } = progress
  const line = named(progress)
  if (note === undefined || Width.of(line) <= room) return [line]
  const text = flat(note)
  const indent = Math.max(0, Math.min(NAME_COLUMNS + 1, room - Width.of(text)))
  return [named(numbers), `${" ".repeat(indent)}${text}`]
}

/** A view that also wants to hear the time now and then, for stages that say nothing. */
export interface LiveView extends View {
  readonly tick: (at: number) => void
}

export const make = (out: Out): LiveView => {
  const running = new Map<string, Running>()
  let drawn = 0
  let redrawn = 0
  let frame = 0
  const columns = () => out.columns ?? 100
  /** What takes away the lines at the bottom. */
  const erased = () => {
    const text = drawn > 0 ? `\u001B[${drawn}A\u001B[0J` : ""
    drawn = 0
    return text
  }
  /** The lines at the bottom; `kept` scrolls up above them. One write, or the terminal flickers. */
  const draw = (at: number, kept = "") => {
    const before = erased()
    frame += 1
    // never into the last column, where some terminals wrap
    const room = columns() - 3
    const lines = Array.from(running, ([name, { meter, progress, since }]) => {
      const [first, ...rest] =
        progress === undefined
          ? [`${Width.pad(name, NAME_COLUMNS)} running, ${Words.clock((at - since) / 1000)}`]
          : told(name, { progress, meter, room })
      return [
        `${FRAMES[frame % FRAMES.length]} ${Width.clip(first ?? "", room)}\n`,
        ...rest.map((line) => `  ${Width.clip(line, room)}\n`)
      ]
    }).flat()
    out.write(`${before}${kept}${lines.join("")}`)
    drawn = lines.length
    redrawn = at
  }
  const keep = (text: string, at: number) => draw(at, `${text}\n`)
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
        // of a search most are, and what matters is said by the others
        if (result.status === "skipped") draw(at)
        else keep(`${marks[result.status]} ${Width.pad(result.id, NAME_COLUMNS)} ${finished(result)}`, at)
      } else if (event.type === "node-retrying")
        keep(
          `${color(33, "↻")} ${Width.pad(event.node, NAME_COLUMNS)} again in ${Words.took(event.delayMillis)}: ${event.failure.message}`,
          at
        )
      else if (event.type === "warning")
        keep(`${color(33, "!")} ${Width.pad(event.node ?? "", NAME_COLUMNS)} ${event.message}`, at)
      else if (event.type === "log" && (event.level === "Warn" || event.level === "Error"))
        keep(`${color(33, "!")} ${Width.pad(event.node, NAME_COLUMNS)} ${event.message}`, at)
    },
    tick: (at) => {
      if (running.size > 0 && at - redrawn >= REDRAW_MILLIS) draw(at)
    },
    close: () => {
      out.write(`${erased()}\u001B[?25h`)
      running.clear()
    }
  }
}
