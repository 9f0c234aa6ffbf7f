// A terminal's second screen: what stood on the first one is there again afterwards.

export const enter = "\u001B[?1049h\u001B[?25l"
export const leave = "\u001B[?25h\u001B[?1049l"

/** Draws over what is there, line by line, so that nothing flickers. */
export const drawn = (text: string): string => `\u001B[H${text.replaceAll("\n", "\u001B[K\n")}\u001B[0J`
