// Check characters: they tell numbers that someone gave out from numbers that only look so.

/** ISO/IEC 7812-1 annex B (Luhn): the last digit makes the sum a multiple of ten. `digits` has nothing but 0 to 9. */
export const passesLuhn = (digits: string): boolean => {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48
    const weighed = i % 2 === 0 ? digit : 2 * digit
    sum += weighed > 9 ? weighed - 9 : weighed
  }
  return sum % 10 === 0
}

/** The check character of 17 digits: ISO 7064 MOD 11-2, as GB 11643-1999 has it. */
export const residentCheck = (digits: string): string => {
  let sum = 0
  for (let i = 0; i < 17; i++) sum = (2 * (sum + digits.charCodeAt(i) - 48)) % 11
  const check = (12 - sum) % 11
  return check === 10 ? "X" : check.toString()
}

/** First two digits of a place's number (GB/T 2260): provinces. */
const provinces = new Set(
  "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split(
    " "
  )
)

/** 18 characters of a Chinese resident identity card: place, a day that there is, serial number and a right check character. */
export const isResidentId = (text: string): boolean => {
  if (!/^\d{17}[\dXx]$/u.test(text) || !provinces.has(text.slice(0, 2))) return false
  const [year, month, day] = [text.slice(6, 10), text.slice(10, 12), text.slice(12, 14)].map(Number)
  const date = new Date(Date.UTC(year ?? 0, (month ?? 0) - 1, day))
  if (date.getUTCMonth() + 1 !== month || date.getUTCDate() !== day) return false
  return residentCheck(text) === text.charAt(17).toUpperCase()
}

/** Where the numbers of the large networks begin: Visa, Mastercard, American Express, JCB, Discover, Diners, UnionPay. */
const issuers = /^(?:4|5[1-5]|2(?:2[2-9]|[3-6]|7[01]|720)|3[47]|35|6011|6[45]|3[068]|62|81)/u
const lengths: ReadonlyArray<readonly [prefix: RegExp, least: number, most: number]> = [
  [/^3[47]/u, 15, 15],
  [/^3[068]/u, 14, 19],
  [/^4/u, 13, 19]
]

/** 13 to 19 digits of a payment card: a known network, the length it has, and a right check digit. */
export const isBankCard = (digits: string): boolean => {
  if (!issuers.test(digits)) return false
  const [, least, most] = lengths.find(([prefix]) => prefix.test(digits)) ?? [undefined, 16, 19]
  return digits.length >= least && digits.length <= most && passesLuhn(digits)
}
