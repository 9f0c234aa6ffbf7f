// What a mail says itself: without the mails it answers to, and without the signature.

export interface MailParts {
  readonly quotes: "drop" | "keep"
  readonly signatures: "drop" | "keep"
}

/** The line above a quotation, in the languages whose programs are common. It may be broken in two. */
const attribution =
  /^(?:On\b.{3,200}\bwrote|Am\b.{3,200}\bschrieb.{0,80}|Le\b.{3,200}\ba écrit|El\b.{3,200}\bescribió|Il\b.{3,200}\bha scritto|Em\b.{3,200}\bescreveu|Op\b.{3,200}\bschreef.{0,80}|.{0,200}\bwrites|.{3,200}(?:写道|寫道|のメッセージ|さんは書きました|пишет|писал|написал\p{L}*))\s?[:：]\s*$/u
/** From here on there is only the other mail. */
const original =
  /^\s*(?:-{2,}\s*(?:Original Message|Forwarded message|Ursprüngliche Nachricht|Message d'origine|Mensaje original|原始邮件|原始郵件|转发的邮件|回复的原邮件|轉寄郵件)\s*-{2,}|_{20,})\s*$/iu
/** The heads of the other mail, as Outlook and its relatives put them. */
const outlook = /^\s*\*?(?:From|Von|De|发件人|寄件者|寄件人)\s*[:：]/u
const outlookNext =
  /^\s*\*?(?:Sent|To|Date|Subject|Gesendet|An|Envoyé|À|发送时间|发送日期|收件人|主题|日期|傳送時間|收件者|主旨)\s*[:：]/u
/** RFC 3676, 4.3: two hyphens and a space; the space is often lost */
const signature = /^--\s*$/u
const device =
  /^(?:Sent from (?:my|Mail for|Outlook)\b.{0,60}|Get Outlook for \w+|发自我的.{0,30}|發自我的.{0,30}|从我的.{0,20}发送|Von meinem .{0,40} gesendet)\s*$/iu
const quote = /^\s{0,3}[>＞|]/u
/** a signature that is longer is none */
const mostSignatureLines = 15

export const newWords = (body: string, { quotes, signatures }: MailParts): string => {
  let lines = body.split("\n")
  if (quotes === "drop") lines = withoutQuotes(lines)
  if (signatures === "drop") lines = withoutSignature(lines)
  return lines
    .join("\n")
    .replace(/\n{3,}/gu, "\n\n")
    .trim()
}

const withoutQuotes = (lines: ReadonlyArray<string>): Array<string> => {
  const kept: Array<string> = []
  for (const [index, line] of lines.entries()) {
    if (original.test(line)) break
    if (outlook.test(line) && lines.slice(index + 1, index + 4).some((next) => outlookNext.test(next))) break
    if (quote.test(line)) {
      dropAttribution(kept)
      continue
    }
    kept.push(line)
  }
  // a program that does not mark its quotations still announces them
  const announced = kept.findLastIndex((line) => attribution.test(line))
  if (announced > 0 && kept.slice(announced + 1).every((line) => line.trim() === "")) kept.length = announced
  return kept
}

const dropAttribution = (kept: Array<string>): void => {
  let last = kept.length - 1
  while (last >= 0 && kept[last]?.trim() === "") last--
  const line = kept[last]?.trim() ?? ""
  if (attribution.test(line)) kept.length = last
  else if (last > 0 && attribution.test(`${kept[last - 1]?.trim()} ${line}`)) kept.length = last - 1
}

const withoutSignature = (lines: ReadonlyArray<string>): Array<string> => {
  const from = lines.findLastIndex((line) => signature.test(line))
  const kept = from >= 0 && lines.length - from <= mostSignatureLines + 1 ? lines.slice(0, from) : [...lines]
  let last = kept.length - 1
  while (last >= 0 && kept[last]?.trim() === "") last--
  return device.test(kept[last]?.trim() ?? "") ? kept.slice(0, last) : kept
}
