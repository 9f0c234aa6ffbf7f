import { assert, describe, it } from "@effect/vitest"
import { parseRecord } from "../src/Jsonl.ts"

describe("a JSONL record", () => {
  it("gives its text, and id and language if they are asked for", () => {
    const line = '{"body":"text","n":7,"l":"zh"}'
    assert.deepStrictEqual(parseRecord(line, { textField: "body" }), {
      text: "text",
      id: undefined,
      lang: undefined
    })
    assert.deepStrictEqual(parseRecord(line, { textField: "body", idField: "n", langField: "l" }), {
      text: "text",
      id: "7",
      lang: "zh"
    })
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
  ])("says what is wrong with %s", (line, problem) => {
    assert.deepStrictEqual(parseRecord(line, { textField: "text", idField: "id" }), { problem })
  })

  it("does not take what every object has for a field", () => {
    assert.property(parseRecord('{"text":"x"}', { textField: "toString" }), "problem")
  })
})
