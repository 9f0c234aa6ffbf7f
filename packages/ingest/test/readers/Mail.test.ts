import { Effect } from "effect"
import { assert, describe, it } from "@effect/vitest"
import { newWords } from "../../src/readers/Quotes.ts"
import { collect, filesIn } from "../collect.ts"
import { folderOf } from "../folder.ts"
import { pages } from "./pages.ts"
import { brief, readsOf } from "./reading.ts"

const keep = { mail: { subject: "drop", quotes: "keep", signatures: "keep" } }

describe("a mail", () => {
  it.each([
    ["in GB 2312, base64", "chinese.eml", "订单问题\n\n您好，我的订单还没有到。\n请问什么时候发货？"],
    ["in Big5, eight bits", "big5.eml", "繁體\n\n您好，這是一封信。"],
    ["with nothing but HTML, without what it quotes", "html.eml", "Html\n\nOnly HTML here."]
  ])("%s", async (_, name, expected) => {
    assert.deepStrictEqual(brief(await readsOf(name, pages(name))), [expected])
  })

  it("keeps quotes on request, and loses its subject", async () => {
    assert.deepStrictEqual(brief(await readsOf("html.eml", pages("html.eml"), keep)), [
      "Only HTML here.\n\nOn Monday X wrote:\n\nOld words"
    ])
  })

  it.effect("of a maildir is known by its first bytes", () =>
    Effect.scoped(
      Effect.gen(function* () {
        const folder = yield* folderOf({
          "cur/1714644000.M1P1.host:2,S": pages("chinese.eml"),
          "new/1714644001.M2P1.host": pages("big5.eml")
        })
        const { documents } = yield* collect(filesIn(folder))
        assert.deepStrictEqual(
          documents.map(({ source }) => source),
          ["cur/1714644000.M1P1.host:2,S", "new/1714644001.M2P1.host"]
        )
      })
    )
  )

  it("with parts in parts in parts is refused", async () => {
    const nested = Array.from(
      { length: 60 },
      (_, n) => `Content-Type: multipart/mixed; boundary="b${n}"\r\n\r\n--b${n}\r\n`
    ).join("")
    assert.deepStrictEqual(brief(await readsOf("x.eml", `From: a@b\r\nSubject: x\r\n${nested}`)), [
      "mail-structure"
    ])
  })
})

const mail = (body: string) =>
  `From a@b Thu May  2 10:00:00 2024\nSubject: s\nContent-Length: 9999\n\n${body}\n\n`

describe("an mbox", () => {
  it("gives its mails as Python's mailbox wrote them; an answer has the group of what it answers", async () => {
    const reads = await readsOf("inbox.mbox", pages("inbox.mbox"))
    assert.deepStrictEqual(brief(reads), [
      "Where?\n\nWhere are you?\n\nFrom here I see nothing.",
      "Re: Where?\n\nHere, behind you."
    ])
    assert.deepStrictEqual(
      reads.map((one) => one.kind === "found" && one.group),
      ["<m1@x.example>", "<m1@x.example>"]
    )
  })

  it("keeps quotes and signatures on request", async () => {
    const [one, two] = brief(await readsOf("inbox.mbox", pages("inbox.mbox"), keep))
    assert.match(one ?? "", /^Where are you\?\n\nFrom here I see nothing\.\n-- ?\nSomeone\nSome street$/u)
    assert.include(two, "wrote:\n\n> Where are you?")
    assert.include(two, "Sent from my phone")
  })

  it("believes no Content-Length, undoes quoted From lines and knows one within a text", async () => {
    const reads = await readsOf(
      "x.mbox",
      mail("one\n>From afar\n>>From quoted") + mail("two\nFrom me at 10:30 or so"),
      keep
    )
    assert.deepStrictEqual(brief(reads), ["one\nFrom afar\n>From quoted", "two\nFrom me at 10:30 or so"])
  })
})

describe("what a mail says itself", () => {
  const drop = { quotes: "drop", signatures: "drop" } as const
  it.each([
    ["is between the quotes", "> a?\nYes.\n> b?\nNo.", "Yes.\nNo."],
    [
      "is above the line that announces them",
      "好的，谢谢。\n\n在 2024年5月2日，张三 写道：\n> 你好",
      "好的，谢谢。"
    ],
    ["is above the other mail", "Fine.\n\n-----Original Message-----\nFrom: x\n\nOld.", "Fine."],
    [
      "is above the heads of the other mail",
      "Fine.\n\nFrom: X <x@y>\nSent: Monday\nTo: me\nSubject: s\n\nOld.",
      "Fine."
    ],
    [
      "is above the heads in Chinese",
      "收到。\n\n发件人: 张三\n发送时间: 2024年5月2日\n收件人: 我\n主题: x\n\n旧",
      "收到。"
    ],
    ["is without the signature", "Hello.\n-- \nMe\nMy street", "Hello."],
    ["is without the device", "Hello.\n\n发自我的iPhone", "Hello."],
    ["may name who wrote", "He wrote: no.\n\nFrom: here to there.", "He wrote: no.\n\nFrom: here to there."]
  ])("%s", (_, body, expected) => {
    assert.strictEqual(newWords(body, drop), expected)
  })
})
