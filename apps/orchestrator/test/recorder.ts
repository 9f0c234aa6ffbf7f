// A view's output, kept, and what stands on the screen after it.
import type { Out } from "../src/view/View.ts"

export interface Recorder extends Out {
  /** all that was written */
  readonly text: () => string
  /** lines of a terminal that has shown it all; understands cursor up and erase below */
  readonly screen: () => ReadonlyArray<string>
}

const ESCAPE = "\u001B"

export const recorder = (columns: number | undefined): Recorder => {
  let text = ""
  return {
    columns,
    write: (more) => {
      text += more
    },
    text: () => text,
    screen: () => {
      const lines: Array<string> = [""]
      let row = 0
      for (const part of text.split(new RegExp(`(${ESCAPE}\\[[?\\d]*[A-Za-z]|\\n)`))) {
        const up = part.startsWith(`${ESCAPE}[`) && part.endsWith("A") ? Number(part.slice(2, -1)) : 0
        if (part === "\n") {
          row += 1
          lines[row] ??= ""
        } else if (up > 0) row -= up
        else if (part === `${ESCAPE}[0J`) {
          lines.splice(row)
          lines[row] = ""
        } else if (!part.startsWith(ESCAPE)) lines[row] += part
        if (row < 0) throw new Error("the cursor went above what was ever written")
      }
      return lines
    }
  }
}
