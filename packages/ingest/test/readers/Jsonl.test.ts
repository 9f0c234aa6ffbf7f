import { assert, describe, it } from "@effect/vitest"
import { brief, readsOf } from "./reading.ts"

const line = '{"body":"text","n":7,"l":"zh","meta":{"by":"me","of":["a","b"]},"a.b":"flat"}'

describe("a JSONL record", () => {
  it("gives its text, and of the rest what is asked for, by name or by path", async () => {
    assert.deepStrictEqual(await readsOf("a.jsonl", line, { fields: { text: "body" } }), [
      {
        kind: "found",
        source: "a.jsonl#1",
        name: "a.jsonl",
        span: "1",
        text: "text",
        lang: undefined,
        licence: undefined,
        group: undefined,
        title: undefined
      }
    ])
    const fields = { text: "meta.of.1", id: "n", lang: "l", licence: "a.b", group: "meta.by", title: "body" }
    assert.deepStrictEqual(await readsOf("a.jsonl", line, { fields }), [
      {
        kind: "found",
        source: "a.jsonl#1",
        name: "a.jsonl",
        span: "7",
        text: "b",
        lang: "zh",
        licence: "flat",
        group: "me",
        title: "text"
      }
    ])
  })

  it.each([
    ['{"text": "unfinished', "is not JSON"],
    ["[1]", "is JSON, but no object"],
    ["null", "is JSON, but no object"],
    ['{"body":"x","id":1}', 'has no field "text"; its fields are body, id'],
    ["{}", 'has no field "text"; its fields are none'],
    ['{"text":7,"id":1}', 'has a "text" that is no string; its fields are text, id'],
    ['{"text":"x","id":null}', 'has no string or number in "id"'],
    ['{"text":"x"}', 'has no string or number in "id"']
  ])("says what is wrong with %s", async (bad, problem) => {
    const config = { fields: { id: "id" } }
    assert.deepStrictEqual(brief(await readsOf("a.jsonl", `\n${bad}\n`, config)), [`line 2 ${problem}`])
  })

  it("does not take what every object has for a field", async () => {
    const config = { fields: { text: "toString" } }
    assert.include(brief(await readsOf("a.jsonl", '{"text":"x"}', config))[0], 'has no field "toString"')
  })
})

describe("a conversation", () => {
  it.each([
    '{"messages":[{"role":"system","content":"Be brief."},{"role":"user","content":[{"type":"text","text":"Hi"},{"type":"image_url"}]},{"role":"assistant","content":null,"tool_calls":[]},{"role":"assistant","content":"Ho"}]}',
    '{"messages":[{"from":"system","value":"Be brief."},{"from":"human","value":"Hi"},{"from":"gpt","value":"Ho"}]}'
  ])("is the plain text of its turns: %s", async (record) => {
    const config = { fields: { text: "messages" } }
    assert.deepStrictEqual(brief(await readsOf("a.jsonl", record, config)), [
      "system: Be brief.\n\nuser: Hi\n\nassistant: Ho"
    ])
  })

  it("is none if a turn has no speaker", async () => {
    const config = { fields: { text: "messages" } }
    const [said] = brief(await readsOf("a.jsonl", '{"messages":[{"content":"Hi"}]}', config))
    assert.strictEqual(said, 'line 1 has a "messages" that is no string; its fields are messages')
  })
})
