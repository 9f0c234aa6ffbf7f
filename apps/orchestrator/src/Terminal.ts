// The process's standard output as a view wants it.
import { writeSync } from "node:fs"
import type { Out, View } from "./view/View.ts"
import * as JsonLines from "./view/JsonLines.ts"
import * as LiveLines from "./view/LiveLines.ts"
import * as PlainLines from "./view/PlainLines.ts"

/**
 * Writes at once: what was said before a signal ends the process is not lost in a buffer. A reader that has gone away
 * (`| head`) is no failure of ours.
 */
const write = (text: string): void => {
  const bytes = Buffer.from(text, "utf8")
  for (let at = 0; at < bytes.length;) {
    try {
      at += writeSync(1, bytes, at)
    } catch (cause) {
      const code = cause instanceof Error && "code" in cause ? cause.code : ""
      if (code === "EPIPE") return
      if (code !== "EAGAIN") throw cause
    }
  }
}

export const out: Out = {
  write,
  get columns() {
    return process.stdout.isTTY ? process.stdout.columns : undefined
  }
}

/** JSON for programs, a live view for a terminal, plain lines for a log. */
export const view = (json: boolean): View =>
  json
    ? JsonLines.make(out)
    : out.columns === undefined || process.env["CI"] !== undefined
      ? PlainLines.make(out)
      : LiveLines.make(out)
