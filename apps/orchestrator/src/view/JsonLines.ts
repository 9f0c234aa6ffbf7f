// One JSON object a line, for programs.
import type { Out, View } from "./View.ts"

export const make = (out: Out): View => ({
  on: (event) => out.write(`${JSON.stringify(event)}\n`),
  close: () => {}
})
