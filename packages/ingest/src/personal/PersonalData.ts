// Finds what tells who someone is or how to reach them: mail, addresses of the Internet, telephones, and Chinese mobiles, identity cards,
// licence plates and bank cards.
//
// Most texts have none of it, so one quick look for @, runs of digits, colons in a row and signs of plates comes first.
import { isIPv6 } from "node:net"
import type { ScoreColumn } from "@inkstone/artifact"
import { isBankCard, isResidentId } from "./Checks.ts"

/** Each sort with its column, the name of its rule and what stands in its place. */
export const personalKinds = {
  mail: { column: "personal_mails", rule: "personal.mails", mask: "<email>" },
  ip: { column: "personal_ips", rule: "personal.ips", mask: "<ip>" },
  phone: { column: "personal_phones", rule: "personal.phones", mask: "<phone>" },
  cnMobile: { column: "personal_cn_mobiles", rule: "personal.cnMobiles", mask: "<mobile>" },
  cnId: { column: "personal_cn_ids", rule: "personal.cnIds", mask: "<id-card>" },
  cnPlate: { column: "personal_cn_plates", rule: "personal.cnPlates", mask: "<plate>" },
  bankCard: { column: "personal_bank_cards", rule: "personal.bankCards", mask: "<bank-card>" }
} as const satisfies Record<
  string,
  { readonly column: ScoreColumn; readonly rule: string; readonly mask: string }
>
export type PersonalKind = keyof typeof personalKinds

/** A place in the text, in UTF-16 units. */
export interface PersonalItem {
  readonly kind: PersonalKind
  readonly start: number
  readonly end: number
}

/** In order of place; none overlaps another. */
export const personalItems = (text: string): ReadonlyArray<PersonalItem> => {
  const found: Array<PersonalItem> = []
  mails(text, found)
  numbers(text, found)
  wideAddresses(text, found)
  plates(text, found)
  if (found.length < 2) return found
  const sorted = found.toSorted((a, b) => a.start - b.start || b.end - a.end)
  let end = 0
  return sorted.filter((item) => {
    if (item.start < end) return false
    end = item.end
    return true
  })
}

/** The text with a mask such as `<email>` for each item. */
export const masked = (text: string, items: ReadonlyArray<PersonalItem>): string => {
  const parts: Array<string> = []
  let from = 0
  for (const { kind, start, end } of items) {
    parts.push(text.slice(from, start), personalKinds[kind].mask)
    from = end
  }
  parts.push(text.slice(from))
  return parts.join("")
}

const mostLocal = 64
const local = /^[\w.!#$%&'*+/=?^`{|}~-]$/u
const domain = /@(?:[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?\.)+(?:[a-z]{2,24}|xn--[a-z\d-]{2,59})(?![\w-])/iuy

const mails = (text: string, found: Array<PersonalItem>): void => {
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    domain.lastIndex = at
    if (!domain.test(text)) continue
    let start = at
    while (start > 0 && at - start < mostLocal && local.test(text.charAt(start - 1))) start--
    while (start < at && /[.'`*]/u.test(text.charAt(start))) start++
    if (start < at && text.charAt(at - 1) !== ".") found.push({ kind: "mail", start, end: domain.lastIndex })
  }
}

/** Seven signs of numbers in a row; what is in between is looked at only there. */
const run = /[+(]?\d[\d.() /-]{5,}[\dXx]/gu
const octet = "(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)"
const sorts: ReadonlyArray<readonly [kind: PersonalKind, pattern: RegExp, check: (text: string) => boolean]> =
  [
    ["cnId", /[1-8]\d{16}[\dXx](?![\dA-Za-z])/uy, isResidentId],
    ["cnMobile", /(?:(?:\+|00)?86[ -]?)?1[3-9]\d(?:\d{8}|[ -]\d{4}[ -]\d{4})(?!\d|[.-]\d)/uy, () => true],
    [
      "bankCard",
      /\d{4}(?:[ -]?\d{4}){2}(?:[ -]?\d{1,4}){1,2}(?!\d|[.-]\d)|\d{4}[ -]?\d{6}[ -]?\d{4,5}(?!\d|[.-]\d)|\d{13}(?!\d|[.-]\d)/uy,
      (text) => isBankCard(text.replace(/\D/gu, ""))
    ],
    ["ip", new RegExp(`${octet}(?:\\.${octet}){3}(?!\\d|\\.\\d)`, "uy"), (text) => !isSpecial(text)],
    [
      "phone",
      /\+[1-9]\d{0,2}[ .-]?(?:\(\d{1,4}\)[ .-]?)?\d{1,4}(?:[ .-]?\d{2,4}){2,4}(?!\d)|(?:1[ .-])?(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4}(?!\d|[.-]\d)|\(?0\d{2,3}[)-] ?\d{7,8}(?!\d|[.-]\d)/uy,
      (text) => /^\D*(?:\d\D*){8,15}$/u.test(text)
    ]
  ]
/** What may not stand before a number: it would be a part of something longer. */
const joined = /[\dA-Za-z_]|[.,-](?<=\d[.,-])/u

const numbers = (text: string, found: Array<PersonalItem>): void => {
  run.lastIndex = 0
  for (let seen = run.exec(text); seen !== null; seen = run.exec(text)) {
    const end = seen.index + seen[0].length
    let at = seen.index
    while (at < end) {
      const before = text.slice(Math.max(0, at - 2), at)
      const item = joined.test(before.slice(-1)) || /\d[.,-]$/u.test(before) ? undefined : numberAt(text, at)
      if (item === undefined) at++
      else {
        found.push(item)
        at = item.end
      }
    }
    run.lastIndex = Math.max(end, at)
  }
}

const numberAt = (text: string, start: number): PersonalItem | undefined => {
  for (const [kind, pattern, check] of sorts) {
    pattern.lastIndex = start
    const match = pattern.exec(text)
    if (match !== null && check(match[0])) return { kind, start, end: start + match[0].length }
  }
  return undefined
}

/** Of no one: this host, private, link-local, documentation, multicast and reserved (RFC 6890). */
const isSpecial = (address: string): boolean => {
  const [a = 0, b = 0, c = 0] = address.split(".").map(Number)
  if (a === 0 || a === 10 || a === 127 || a >= 224) return true
  if (a === 172) return b >= 16 && b < 32
  if (a === 192) return b === 168 || (b === 0 && (c === 0 || c === 2))
  return (
    (a === 169 && b === 254) || (a === 198 && b === 51 && c === 100) || (a === 203 && b === 0 && c === 113)
  )
}

const wide = /(?<![\w:.])[\da-f]{1,4}(?::[\da-f]{0,4}){2,7}(?![\w:])/giu
const twoColons = /:[\dA-Fa-f]{0,4}:/u
const wideAddresses = (text: string, found: Array<PersonalItem>): void => {
  if (!twoColons.test(text)) return
  for (const { 0: address, index } of text.matchAll(wide)) {
    // a time such as 10:20:30 is none, nor are ::1, fe80:: and 2001:db8::
    if (!isIPv6(address) || !/\d/u.test(address) || /^(?:f[cde]|2001:0?db8)/iu.test(address)) continue
    if (address.split(":").filter((part) => part !== "").length < 3) continue
    found.push({ kind: "ip", start: index, end: index + address.length })
  }
}

/** GA 36-2018: province, authority, five signs, or six for cars with a battery. No I and no O. */
const plate =
  /[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][A-HJ-NP-Z][·•]?(?:[DF][A-HJ-NP-Z\d]\d{4}|\d{5}[DF]|[A-HJ-NP-Z\d]{4}[A-HJ-NP-Z\d挂学警港澳])(?![A-Za-z\d])/gu

const plates = (text: string, found: Array<PersonalItem>): void => {
  for (const { 0: sign, index } of text.matchAll(plate)) {
    if ((sign.match(/\d/gu)?.length ?? 0) >= 2)
      found.push({ kind: "cnPlate", start: index, end: index + sign.length })
  }
}
