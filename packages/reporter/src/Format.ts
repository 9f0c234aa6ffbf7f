// Numbers as a reader wants them: few digits, units, no scientific notation for everyday sizes.

/** 1234567 -> `1.23 M`; for counts of parameters, tokens, documents. */
export const count = (n: number): string => {
  const abs = Math.abs(n)
  if (abs < 10_000) return n.toLocaleString("en-US", { maximumFractionDigits: 0 })
  const [divisor, suffix] = abs < 1e6 ? [1e3, " k"] : abs < 1e9 ? [1e6, " M"] : [1e9, " B"]
  return significant(n / divisor) + suffix
}

/** 1500 -> `1.5 kB`; decimal units, as disks and downloads count. */
export const bytes = (n: number): string => {
  const units = ["B", "kB", "MB", "GB", "TB"]
  let value = n
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit += 1
  }
  return `${unit === 0 ? value : significant(value)} ${units[unit]}`
}

/** Milliseconds -> `850 ms`, `12.3 s`, `4 min 05 s`. */
export const duration = (ms: number): string => {
  if (ms < 1000) return `${Math.round(ms)} ms`
  if (ms < 60_000) return `${(ms / 1000).toFixed(1)} s`
  const seconds = Math.round(ms / 1000)
  return `${Math.floor(seconds / 60)} min ${String(seconds % 60).padStart(2, "0")} s`
}

/** Three significant digits, trailing zeros kept out. */
export const significant = (n: number): string =>
  n === 0 || !Number.isFinite(n) ? String(n) : Number(n.toPrecision(3)).toString()

/** A measured value, with as many digits as its interval can bear and at least `digits`. */
export const value = (n: number, digits = 3): string => n.toFixed(Math.abs(n) >= 100 ? 1 : digits)

/** `3.21 [3.05, 3.40]` */
export const interval = (n: number, low: number, high: number): string =>
  `${value(n)} [${value(low)}, ${value(high)}]`

/** A setting of any shape in one line. */
export const setting = (each: unknown): string =>
  typeof each === "string"
    ? each
    : typeof each === "number"
      ? each >= 1e-3 || each === 0
        ? each.toLocaleString("en-US", { maximumFractionDigits: 6, useGrouping: false })
        : each.toExponential()
      : JSON.stringify(each)

/** `learningRate` or `learning_rate` -> `learning rate` */
export const words = (name: string): string =>
  name
    .replaceAll("_", " ")
    .replaceAll(/([a-z\d])([A-Z])/g, "$1 $2")
    .toLowerCase()

/** A sampler's settings, which the evaluator wrote as a JSON object, as a reader says them; other text as it stands. */
export const settings = (text: string): string => {
  if (!text.startsWith("{")) return text
  const parsed: unknown = JSON.parse(text)
  return typeof parsed === "object" && parsed !== null
    ? Object.entries(parsed)
        .map(([name, each]) => `${words(name)} ${setting(each)}`)
        .join(", ")
    : text
}
