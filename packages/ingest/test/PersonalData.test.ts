import { assert, describe, it } from "@effect/vitest"
import fc from "fast-check"
import { isBankCard, isResidentId, passesLuhn, residentCheck } from "../src/personal/Checks.ts"
import { masked, personalItems } from "../src/personal/PersonalData.ts"

const mask = (text: string) => masked(text, personalItems(text))
const digits = (n: number) =>
  fc.string({ unit: fc.constantFrom(...Array.from("0123456789")), minLength: n, maxLength: n })

describe("check characters", () => {
  it("of cards that networks publish for tests pass, with any digit changed they fail", () => {
    const cards = [
      "4111111111111111",
      "5555555555554444",
      "378282246310005",
      "3530111333300000",
      "6011111111111117"
    ]
    for (const card of cards) {
      assert.isTrue(isBankCard(card), card)
      for (let i = 0; i < card.length; i++) {
        const changed = `${card.slice(0, i)}${(Number(card[i]) + 1) % 10}${card.slice(i + 1)}`
        assert.isFalse(passesLuhn(changed), changed)
      }
    }
  })

  it("of Luhn let one last digit in ten pass, and see two neighbours that change places unless they are 0 and 9", () => {
    fc.assert(
      fc.property(digits(15), fc.nat(13), (body, at) => {
        const right = Array.from("0123456789").filter((last) => passesLuhn(body + last))
        assert.strictEqual(right.length, 1)
        const [a, b] = [body.charAt(at), body.charAt(at + 1)]
        if (a === b || a + b === "09" || a + b === "90") return
        assert.isFalse(passesLuhn(body.slice(0, at) + b + a + body.slice(at + 2) + right[0]))
      })
    )
  })

  it("of identity cards are those of the published example and see every single changed digit", () => {
    // GB 11643-1999, annex
    assert.isTrue(isResidentId("11010519491231002X"))
    assert.isTrue(isResidentId("440524188001010014"))
    assert.isFalse(isResidentId("11010519491231002x".replace("1949", "1950")))
    fc.assert(
      fc.property(digits(17), fc.nat(16), fc.integer({ min: 1, max: 9 }), (body, at, by) => {
        const changed = `${body.slice(0, at)}${(Number(body[at]) + by) % 10}${body.slice(at + 1)}`
        assert.notStrictEqual(residentCheck(changed), residentCheck(body))
        // ISO 7064: the weighed sum of all 18 is 1 modulo 11; weights are powers of 2
        const all = body + residentCheck(body)
        const weighed = Array.from(
          all,
          (sign, i) => (sign === "X" ? 10 : Number(sign)) * (2 ** (17 - i) % 11)
        )
        assert.strictEqual(weighed.reduce((a, b) => a + b) % 11, 1)
      })
    )
  })

  it("do not save a date that there is not", () => {
    const body = "11010519490231002"
    assert.isFalse(isResidentId(body + residentCheck(body)))
  })
})

describe("personal data", () => {
  it.each([
    ["write to jane.doe+x@mail.example.co.uk.", "write to <email>."],
    ["a@b is none, @home is none, x@y.z1 is none", "a@b is none, @home is none, x@y.z1 is none"],
    [
      "from 8.8.8.8 to 93.184.216.34, not 10.0.0.1 or 192.168.1.1",
      "from <ip> to <ip>, not 10.0.0.1 or 192.168.1.1"
    ],
    ["version 1.2.3.4.5 and 300.1.2.3", "version 1.2.3.4.5 and 300.1.2.3"],
    ["2a00:1450:4001:81b::200e at 10:20:30, std::string", "<ip> at 10:20:30, std::string"],
    ["call +49 30 1234567 or (212) 555-0123 or 212-555-0123", "call <phone> or <phone> or <phone>"],
    ["电话13800138000，或+86 139 1234 5678。", "电话<mobile>，或<mobile>。"],
    ["座机010-12345678", "座机<phone>"],
    ["身份证11010519491231002X号", "身份证<id-card>号"],
    ["身份证110105194912310021号", "身份证110105194912310021号"],
    ["京A12345、沪AD12345和粤B·12345", "<plate>、<plate>和<plate>"],
    ["京ABCDEF", "京ABCDEF"],
    [
      "card 4111 1111 1111 1111, 卡号6222020000000000000不是6222020000000000001",
      "card <bank-card>, 卡号<bank-card>不是6222020000000000001"
    ],
    [
      "in 1990 1991 1992 1993 and 1,234,567.89 and 2026-11-24 10:00:00",
      "in 1990 1991 1992 1993 and 1,234,567.89 and 2026-11-24 10:00:00"
    ],
    [
      "order 12345678901234567890, ISBN 978-3-16-148410-0",
      "order 12345678901234567890, ISBN 978-3-16-148410-0"
    ]
  ])("is masked in %s", (text, expected) => {
    assert.strictEqual(mask(text), expected)
  })

  it("is found wherever a right number stands", () => {
    const body = fc
      .tuple(digits(3), fc.integer({ min: 1, max: 28 }))
      .map(([serial, day]) => `330106199005${day.toString().padStart(2, "0")}${serial}`)
    fc.assert(
      fc.property(
        body,
        fc.constantFrom("", "号码：", "我的", "id "),
        fc.constantFrom("", "。", " 是", ", ok"),
        (id, before, after) => {
          const text = `${before}${id}${residentCheck(id)}${after}`
          assert.strictEqual(mask(text), `${before}<id-card>${after}`)
        }
      )
    )
  })

  it("lies apart from other personal data, in whatever mess", () => {
    const piece = fc.oneof(
      fc.constantFrom(
        "a@b.cc",
        "8.8.4.4",
        "13912345678",
        "+1 212-555-0100",
        "京A12345",
        "，",
        " ",
        "-",
        "x",
        "7",
        "@",
        ":"
      ),
      fc.string({ maxLength: 5 })
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 20 }), (pieces) => {
        const text = pieces.join("")
        const items = personalItems(text)
        let end = 0
        for (const item of items) {
          assert.isAtLeast(item.start, end)
          assert.isAbove(item.end, item.start)
          end = item.end
        }
        assert.isAtMost(end, text.length)
      }),
      { numRuns: 500 }
    )
  })
})
