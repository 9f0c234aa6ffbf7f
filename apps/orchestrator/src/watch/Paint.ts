// Colours of curves, where the output is a terminal that wants them.

/** Colours a terminal of any background shows well: cyan, yellow, magenta, green, blue, red. */
const colors = [36, 33, 35, 32, 34, 31] as const
/** Bright black: there, but behind the curves. */
const FRAME = 90

/** Paints text with the colour of an ink, -1 for the frame; plain where there is no terminal or NO_COLOR is set. */
export const paint =
  (terminal: boolean) =>
  (text: string, ink: number): string => {
    const wanted = terminal && (process.env["NO_COLOR"] ?? "") === ""
    const code = ink < 0 ? FRAME : colors[ink % colors.length]
    return wanted && text.trim() !== "" ? `\u001B[${code}m${text}\u001B[0m` : text
  }
