// The traps that delete Chinese elsewhere: stop words, length of words, terminal punctuation, words a line.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { Schema } from "effect"
import { Blocklist } from "../src/Blocklist.ts"
import { IngestConfig } from "../src/IngestConfig.ts"
import { Judge } from "../src/Judge.ts"
import { at } from "../src/measure/ScoreRow.ts"

type Given = Omit<(typeof IngestConfig)["Encoded"], "files">
const judged = (text: string, config: Given = {}) =>
  new Judge(Schema.decodeSync(IngestConfig)({ files: ["x"], ...config }), {
    blocklist: new Blocklist([]),
    convert: undefined
  }).of({ kind: "found", source: "x", name: "x", span: "", text, lang: undefined })
const golden = (name: string) =>
  readFileSync(join(import.meta.dirname, "golden", "encodings", `${name}.utf-8.txt`), "utf8")

const all = { cuts: { gopher: {}, repetition: {}, c4: {}, fineweb: {} } }
/** Written for this test. */
const modern =
  "昨天下午，我和几个老朋友一起去了城外的山上。天气很好，太阳不大，风也不冷。\n" +
  "我们沿着小路慢慢往上走，一边走一边说话，谁也没有觉得累。\n" +
  "到了山顶，大家坐下来喝茶，看着远处的河水和田野，心里非常安静。\n" +
  "“要是每个星期都能来一次就好了！”老王说。\n" +
  "回来的时候天已经黑了，可是月亮很亮，路上一点也不难走……\n" +
  "你有没有过这样的一天？如果没有，那就找个周末，约上朋友，出去走走吧。"
const classical =
  "子曰：「學而時習之，不亦說乎？有朋自遠方來，不亦樂乎？人不知而不慍，不亦君子乎？」\n" +
  "有子曰：「其為人也孝弟，而好犯上者，鮮矣；不好犯上，而好作亂者，未之有也。君子務本，本立而道生。孝弟也者，其為仁之本與！」\n" +
  "曾子曰：「吾日三省吾身：為人謀而不忠乎？與朋友交而不信乎？傳不習乎？」"

describe("Chinese", () => {
  it.each([
    ["modern", modern],
    ["classical", classical],
    ["the golden simplified text", golden("simplified")],
    ["the golden traditional text", golden("traditional")],
    ["Japanese", golden("japanese")],
    ["a saying", "学而时习之，不亦说乎？"],
    ["a poem", "床前明月光，疑是地上霜。\n举头望明月，低头思故乡。"]
  ])("is kept by default: %s", (_, text) => {
    assert.isUndefined(judged(text).cut)
  })

  it.each([
    ["modern", modern],
    ["classical", classical]
  ])("prose passes Gopher, C4 and FineWeb: %s", (_, text) => {
    assert.isUndefined(judged(text, all).cut)
  })

  it("keeps its lines where C4 takes lines out, and loses those of menus", () => {
    const page = `首页\n登录 注册\n${modern}\n使用条款和隐私政策请看这里。\n请打开 JavaScript 后再看这一页。`
    const { repairs, text } = judged(page, { dropLines: "c4" })
    assert.strictEqual(text, modern)
    assert.deepStrictEqual(repairs, [{ rule: "c4-lines", count: 4 }])
  })

  it("is counted by characters, sentences and stop words of its own", () => {
    const { scores } = judged(classical)
    const han = classical.match(/\p{Script=Han}/gu)?.length
    assert.strictEqual(scores[at.gopher_words], han)
    assert.strictEqual(scores[at.c4_sentences], 9)
    assert.isAbove(scores[at.gopher_stop_words] ?? 0, 5)
    assert.isNaN(scores[at.gopher_mean_word_chars])
    assert.isNaN(scores[at.words])
    assert.strictEqual(scores[at.fineweb_ended_line_ratio], 1)
    assert.strictEqual(scores[at.c4_unended_lines], 0)
  })

  it("that says the same again and again is found out", () => {
    const again = "点击这里立即购买，优惠多多，欢迎选购。".repeat(20)
    assert.match(judged(again, { cuts: { repetition: {} } }).cut?.rule ?? "", /^repetition\./u)
  })
})
