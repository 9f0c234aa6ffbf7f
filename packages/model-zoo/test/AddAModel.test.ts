// docs/add-a-model.md, followed word for word, is the family `llama`.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { assert, it } from "vitest"

const root = join(import.meta.dirname, "..", "..", "..")
const page = readFileSync(join(root, "docs", "add-a-model.md"), "utf8")

/** File name -> content, as the page gives them. */
const files = new Map(
  Array.from(
    page.matchAll(/^`([\w./-]+)`:\n\n```ts\n([^]*?)```$/gm),
    ([, name = "", content = ""]) => [name, content] as const
  )
)

it.each(["packages/model-zoo/src/Llama.ts", "packages/model-zoo/test/Llama.test.ts"])(
  "the page gives %s as it stands here",
  (name) => {
    assert.strictEqual(files.get(name), readFileSync(join(root, name), "utf8"))
  }
)

it("the page gives the lines of the zoo as they stand there", () => {
  const zoo = readFileSync(join(root, "packages", "model-zoo", "src", "Zoo.ts"), "utf8").split("\n")
  const section = page.slice(page.indexOf("## 2."), page.indexOf("## 3."))
  const lines = Array.from(section.matchAll(/^```ts\n(.*)\n```$/gm), ([, line = ""]) => line)
  assert.lengthOf(lines, 2)
  for (const line of lines) assert.include(zoo, line)
})
