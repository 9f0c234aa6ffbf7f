// Sets of code points as text: numbers in base 36, two a range: how far it starts after the end of the one before, and how
// many code points it has.
export type CodeRanges = string

export const eachRange = (ranges: CodeRanges, visit: (from: number, to: number) => void): void => {
  const steps = ranges.split(" ").map((digits) => Number.parseInt(digits, 36))
  let at = 0
  for (let i = 0; i < steps.length; i += 2) {
    at += steps[i]!
    visit(at, at + steps[i + 1]!)
    at += steps[i + 1]!
  }
}
