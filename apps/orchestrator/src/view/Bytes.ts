// Sizes of memory as the terminal shows them.
const units = ["B", "kB", "MB", "GB", "TB", "PB"] as const

/** Three digits, powers of a thousand: 497759232 -> `498 MB` */
export const bytes = (n: number): string => {
  const power = n < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(Number(n.toPrecision(3))) / 3))
  return power === 0 ? `${n} B` : `${(n / 1000 ** power).toPrecision(3)} ${units[power]}`
}
