// Input as it comes: empty, mislabelled, in another encoding, without end, mistyped. Each is told by name and place, and
// with the exit code of its kind.
import { open, readdir } from "node:fs/promises"
import path from "node:path"
import { Documents, type Kind, Ledger, Store, StoreLocal } from "@inkstone/artifact"
import { Effect } from "effect"
import { describe, expect, it } from "vitest"
import { ingestOnly, place, prose, toNgram } from "./support/Books.ts"
import { digestsOf, type Ended, inkstone, resultOf, root, temporary } from "./support/Cli.ts"
import { follow, measurable } from "./support/PeakMemory.ts"
import { mountable, smallDisk } from "./support/SmallDisk.ts"

const minute = 60_000

const run = (folder: string, store = path.join(folder, "store")) =>
  inkstone(["run", path.join(folder, "pipeline.yaml"), "--json", "--store", store, "--out", folder])

/** An output of a node that has run, opened; fails where a byte of it is not as it was sealed. */
const opened = <K extends Kind.Kind>(
  kind: K,
  { ended, port, store }: { readonly ended: Ended; readonly port: string; readonly store: string }
) =>
  Effect.gen(function* () {
    const digest = digestsOf(resultOf(ended))[port]
    if (digest === undefined) throw new Error(`${port} was not made`)
    return yield* (yield* Store).open(kind, digest)
  }).pipe(Effect.provide(StoreLocal.layer(store)))

/** Source, rule and action of everything that the ledger of a run tells. */
const ledger = (ended: Ended, store: string) =>
  opened(Ledger, { ended, port: "corpus.ledger", store }).pipe(
    Effect.flatMap((artifact) => artifact.read("ledger")),
    Effect.map(({ action, rule, source }) => source.map((name, i) => [name, action[i], rule[i]])),
    Effect.runPromise
  )

const texts = (ended: Ended, store: string) =>
  opened(Documents, { ended, port: "corpus.documents", store }).pipe(
    Effect.flatMap((artifact) => artifact.read("documents")),
    Effect.map(({ source, text }) => Object.fromEntries(source.map((name, i) => [name, text[i]]))),
    Effect.runPromise
  )

describe("an empty folder", () => {
  it(
    "is a matter of data, and the message names the pattern and where it looked",
    { timeout: minute },
    async () => {
      await using folder = await temporary()
      await place(folder.path, { "pipeline.yaml": toNgram("texts/*.txt"), "texts/.keep": "" })
      const { code, stderr } = await run(folder.path)
      expect(code).toBe(3)
      expect(stderr).toContain("texts/*.txt: matches no file")
      expect(stderr).toContain(path.join(folder.path, "texts"))
    }
  )
})

describe("a binary file that is called .txt", () => {
  // the head of an ELF executable, then bytes of every value
  const binary = Uint8Array.from({ length: 8192 }, (_, i) => [0x7f, 0x45, 0x4c, 0x46][i] ?? (i * 167) % 256)

  it("is dropped beside good texts, and the ledger says by which rule", { timeout: minute }, async () => {
    await using folder = await temporary()
    await place(folder.path, {
      "pipeline.yaml": ingestOnly("texts/*.txt"),
      "texts/good.txt": prose(1, 30),
      "texts/program.txt": binary
    })
    const ended = await run(folder.path)
    expect(ended.code, ended.stderr).toBe(0)
    const store = path.join(folder.path, "store")
    expect(Object.keys(await texts(ended, store))).toEqual(["good.txt"])
    expect(await ledger(ended, store)).toContainEqual(["program.txt", "dropped", "binary"])
  })

  it("is, where it is all there is, a matter of data", { timeout: minute }, async () => {
    await using folder = await temporary()
    await place(folder.path, { "pipeline.yaml": ingestOnly("texts/*.txt"), "texts/program.txt": binary })
    const { code, stderr } = await run(folder.path)
    expect(code).toBe(3)
    expect(stderr).toMatch(/^corpus: none of the 1 documents in texts\/\*\.txt is left; dropped: 1 by binary/)
  })
})

/** Bytes of two for each character that has them, by turning round what the platform's own decoder says. */
const encoder = () => {
  const decoder = new TextDecoder("gb18030")
  const codes = new Map<string, ReadonlyArray<number>>()
  for (let lead = 0x81; lead <= 0xfe; lead++)
    for (let trail = 0x40; trail <= 0xfe; trail++)
      if (trail !== 0x7f) codes.set(decoder.decode(Uint8Array.of(lead, trail)), [lead, trail])
  // CJK extension B starts at 95 32 82 36 (GB 18030-2005, four-byte part)
  codes.set("𠀀", [0x95, 0x32, 0x82, 0x36])
  return (text: string) =>
    Uint8Array.from(Array.from(text).flatMap((one) => codes.get(one) ?? [one.charCodeAt(0)]))
}

describe("text in GB18030", () => {
  it("is read as the characters that it means, those of four bytes too", { timeout: minute }, async () => {
    await using folder = await temporary()
    const analects = [
      "子曰：“学而时习之，不亦说乎？有朋自远方来，不亦乐乎？人不知而不愠，不亦君子乎？”",
      "有子曰：“其为人也孝弟，而好犯上者，鲜矣；不好犯上，而好作乱者，未之有也。”",
      "曾子曰：“吾日三省吾身：为人谋而不忠乎？与朋友交而不信乎？传不习乎？”",
      "子曰：“道千乘之国，敬事而信，节用而爱人，使民以时。”𠀀",
      ""
    ].join("\n")
    await place(folder.path, {
      "pipeline.yaml": ingestOnly("texts/*.txt"),
      "texts/old.txt": encoder()(analects)
    })
    const ended = await run(folder.path)
    expect(ended.code, ended.stderr).toBe(0)
    const { "old.txt": text } = await texts(ended, path.join(folder.path, "store"))
    expect(text?.trim()).toBe(analects.trim())
  })
})

describe("a single line of 200 MB", () => {
  it.skipIf(!measurable)(
    "is dropped by rule, not read whole: no process holds more than 1 GiB (where the system tells)",
    { timeout: 3 * minute },
    async () => {
      await using folder = await temporary()
      await place(folder.path, { "pipeline.yaml": ingestOnly("texts/*.txt"), "texts/good.txt": prose(1, 30) })
      const line = await open(path.join(folder.path, "texts", "long.txt"), "w")
      const piece = Buffer.from("the whale and the sea ".repeat(100_000))
      for (let written = 0; written < 200e6; written += piece.length) await line.write(piece)
      await line.close()
      let memory: ReturnType<typeof follow> | undefined
      const store = path.join(folder.path, "store")
      const ended = await inkstone(
        ["run", path.join(folder.path, "pipeline.yaml"), "--json", "--store", store],
        { onLine: (_line, child) => (memory ??= follow(child)) }
      )
      memory?.[Symbol.dispose]()
      expect(ended.code, ended.stderr).toBe(0)
      expect(await ledger(ended, store)).toContainEqual(["long.txt", "dropped", "maxChars"])
      expect(Object.keys(await texts(ended, store))).toEqual(["good.txt"])
      expect(memory?.bytes()).toBeGreaterThan(2 ** 25)
      expect(memory?.bytes()).toBeLessThan(2 ** 30)
    }
  )
})

describe("a full disk", () => {
  it.skipIf(!mountable)(
    "is a matter of resources with advice; what was sealed stays whole, and with room the run goes on (needs root for a small disk)",
    { timeout: 3 * minute },
    async () => {
      await using folder = await temporary()
      const books = Object.fromEntries(
        Array.from({ length: 10 }, (_, i) => [`texts/${i}.txt`, prose(i, 400)] as const)
      )
      await place(folder.path, { "pipeline.yaml": toNgram("texts/*.txt"), ...books })
      // the documents take 0.25 MB, their tokens 1 MB
      using disk = smallDisk(700)
      const store = path.join(disk.path, "store")
      const full = await run(folder.path, store)
      expect(full.stderr).toMatch(/^tokens: .*no space left on device.*\. Free some disk space.*run again/)
      expect(full.code).toBe(4)
      const kinds = await readdir(path.join(store, "objects"))
      expect(kinds).not.toContain("tokens")
      expect(await readdir(path.join(store, "tmp"))).toEqual([])
      expect(Object.keys(await texts(full, store)).length).toBe(10)
      disk.resize(64 * 1024)
      const roomy = await run(folder.path, store)
      expect(roomy.code, roomy.stderr).toBe(0)
      expect(resultOf(roomy).map(({ status }) => status)).toEqual(["hit", "hit", "ran", "ran"])
      const calm = await run(folder.path)
      expect(digestsOf(resultOf(roomy))).toEqual(digestsOf(resultOf(calm)))
    }
  )

  it.skipIf(!mountable)(
    "with no room from the start says so too (needs root for a small disk)",
    { timeout: minute },
    async () => {
      await using folder = await temporary()
      await place(folder.path, { "pipeline.yaml": ingestOnly("texts/*.txt"), "texts/good.txt": prose(1, 30) })
      using disk = smallDisk(8)
      await place(disk.path, { filler: new Uint8Array(4096) })
      const { code, stderr } = await run(folder.path, path.join(disk.path, "store"))
      expect(stderr).toMatch(/no space left/)
      expect(code).toBe(4)
    }
  )
})

const shout = `${path.join(root, "test", "fixtures", "stage-shout", "src", "index.ts")}#shout`

/** `[what, right words, the wrong ones in their place, where the message points, what it says, nearest name]` */
const mistakes: ReadonlyArray<readonly [string, string, string, string, RegExp, string]> = [
  [
    "a field of a node",
    'uses: "@inkstone/tok',
    'usse: "@inkstone/tok',
    "usse",
    /node tokenizer has no field "usse"/,
    "uses"
  ],
  ["field of a pipeline", "nodes:", "nods:", "nods", /no field "nods"/, "nodes"],
  ["export of a package", "#train", "#tran", '"@inkstone/tokenizer#tran', /exports no "tran"/, "train"],
  [
    "a package",
    "tokenizer#train",
    "tokeniser#train",
    '"@inkstone/tokeniser',
    /no package "@inkstone\/tokeniser"/,
    "@inkstone/tokenizer"
  ],
  ["port", "{ documents: corpus", "{ document: corpus", "document: ", /no input "document"/, "documents"],
  ["node", "corpus.documents }", "corpsu.documents }", "corpsu", /no node "corpsu"/, "corpus"],
  [
    "an output",
    "corpus.documents }",
    "corpus.docments }",
    "corpus.docments",
    /no output "docments"/,
    "documents"
  ],
  ["setting", "vocabSize", "vocabSze", "vocabSze", /vocabSze: is not a setting/, "vocabSize"],
  [
    "a value of a setting",
    "split: all",
    "split: trian",
    "split: trian",
    /split: expected .*"train".*got "trian"/,
    "train"
  ]
]

/** The same without a name that could have been meant. */
const faults: ReadonlyArray<readonly [string, string, string, string, RegExp]> = [
  ["a brace that nobody closes", "vocabSize: 300 }", "vocabSize: 300", "  tokens:", /must.* end with a }/],
  ["a tab as indentation", "    with: { vocab", "\twith: { vocab", "\twith", /Tabs are not allowed/],
  [
    "two nodes of one name",
    "  tokens:",
    "  tokenizer:",
    '  tokenizer:\n    uses: "@inkstone/tokenizer#encode',
    /must be unique/
  ],
  ["a number out of range", "vocabSize: 300", "vocabSize: -3", "-3", /vocabSize: expected .*257.* got -3/],
  [
    "a missing input",
    "in: { documents: corpus.documents }",
    "in: {}",
    "in: {}",
    /lacks the input "documents"/
  ],
  [
    "a wire of the wrong kind",
    "{ documents: corpus.documents }",
    "{ documents: corpus.ledger }",
    "corpus.ledger",
    /expects documents, but corpus\.ledger is ledger/
  ],
  [
    "a node that waits for itself",
    "tokenizer: tokenizer }",
    "tokenizer: tokens }",
    "in: { documents: corpus.documents, tokenizer: tokens",
    /form a cycle: tokens -> tokens/
  ]
]

/** The file with a mistake in it, and what `plan` says. */
const planned = async ([right, wrong]: readonly [string, string]) => {
  await using folder = await temporary()
  const text = toNgram("texts/*.txt").replace(right, wrong)
  await place(folder.path, { "pipeline.yaml": text, "texts/good.txt": prose(1, 30) })
  const file = path.join(folder.path, "pipeline.yaml")
  return { file, text, ...(await inkstone(["plan", file, "--store", path.join(folder.path, "store")])) }
}

/** `file:line:column` and the line itself with a caret below, as the message must show them for what stands at `mark`. */
const shown = ({
  file,
  mark,
  text
}: {
  readonly file: string
  readonly mark: string
  readonly text: string
}) => {
  const at = text.indexOf(mark) + (/^ */.exec(mark)?.[0].length ?? 0)
  const before = text.slice(0, at).split("\n")
  const column = (before.at(-1) ?? "").length
  const line = text.split("\n")[before.length - 1]
  return {
    place: `${file}:${before.length}:${column + 1}: `,
    excerpt: `${String(before.length).padStart(5)} | ${line}\n${" ".repeat(5)} | ${" ".repeat(column)}^`
  }
}

describe("a typo in a pipeline file", () => {
  it.each(mistakes)(
    "in the name of %s: exit code 2, the place, the line and the nearest name",
    { timeout: minute },
    async (_what, right, wrong, mark, says, nearest) => {
      const { code, file, stderr, text } = await planned([right, wrong])
      const { excerpt, place: at } = shown({ file, mark, text })
      expect(stderr).toContain(at)
      expect(stderr).toContain(excerpt)
      expect(stderr).toMatch(says)
      expect(stderr).toContain(`did you mean "${nearest}"?`)
      expect(code).toBe(2)
    }
  )
})

/** A node that shouts what another says. */
const echo = (name: string, from: string) =>
  `  ${name}:\n    uses: "${shout}"\n    in: { documents: ${from} }\n`

describe("a pipeline file with a fault", () => {
  it.each(faults)(
    "%s: exit code 2, the place and the line",
    { timeout: minute },
    async (_what, right, wrong, mark, says) => {
      const { code, file, stderr, text } = await planned([right, wrong])
      const { excerpt, place: at } = shown({ file, mark, text })
      expect(stderr).toContain(at)
      expect(stderr).toContain(excerpt)
      expect(stderr).toMatch(says)
      expect(code).toBe(2)
    }
  )

  it("tells every problem at once, in the order of the file", { timeout: minute }, async () => {
    const { stderr } = await planned([
      "vocabSize: 300",
      'vocabSze: 300\n    sede: 4\n  loud: { uses: "shoot#x" }'
    ])
    const lines = [...stderr.matchAll(/pipeline\.yaml:(\d+):/g)].map(([, line]) => Number(line))
    expect(lines.length).toBeGreaterThan(1)
    expect(lines).toEqual(lines.toSorted((a, b) => a - b))
  })

  it("with a cycle of several nodes names them all", { timeout: minute }, async () => {
    await using folder = await temporary()
    const text = `name: ring\nnodes:\n${echo("one", "three")}${echo("two", "one")}${echo("three", "two")}`
    await place(folder.path, { "pipeline.yaml": text })
    const { code, stderr } = await run(folder.path)
    expect(stderr).toMatch(
      /pipeline\.yaml:\d+:\d+: the nodes form a cycle: (one|two|three)( -> (one|two|three)){3}\n/
    )
    expect(code).toBe(2)
  })
})

describe("a stage from a package of its own", () => {
  it("is used by its name, and by its path from a folder outside", { timeout: 2 * minute }, async () => {
    await using folder = await temporary()
    const store = path.join(folder.path, "store")
    const named = await inkstone([
      "run",
      "test/fixtures/stage-shout/pipeline.yaml",
      "--json",
      "--store",
      store
    ])
    expect(named.code, named.stderr).toBe(0)
    const loud = await opened(Documents, { ended: named, port: "loud.documents", store }).pipe(
      Effect.flatMap((artifact) => artifact.read("documents")),
      Effect.runPromise
    )
    expect(loud.text.length).toBeGreaterThan(0)
    for (const text of loud.text) expect(text).toBe(`${text.toUpperCase().replace(/!+$/, "")}!!`)
    const text = `${ingestOnly("texts/*.txt")}  loud:\n    uses: "${shout}"\n    in: { documents: corpus.documents }\n`
    await place(folder.path, { "pipeline.yaml": text, "texts/good.txt": prose(1, 30) })
    const outside = await run(folder.path)
    expect(outside.code, outside.stderr).toBe(0)
  })
})
