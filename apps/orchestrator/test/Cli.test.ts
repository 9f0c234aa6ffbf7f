// The command line from outside: words in; text, exit code and streams out.
import { spawnSync } from "node:child_process"
import { mkdir, readdir, writeFile } from "node:fs/promises"
import path from "node:path"
import { describe, expect, it } from "vitest"
import { environment, fixture, inkstone, jsonLines, main, temporary } from "./inkstone.ts"

const commands = [
  "run",
  "resume",
  "verify-resume",
  "plan",
  "graph",
  "report",
  "generate",
  "fill",
  "models",
  "tokenizers",
  "convert",
  "doctor",
  "gc"
]
const minute = 60_000
const installed = (shell: string) => spawnSync(shell, ["--version"]).status === 0

const prose = (begin: string) =>
  ["evening", "morning", "winter", "harvest", "flood", "feast", "war"]
    .map((time) => `${begin} before the ${time}, and the people of the valley waited.\n`)
    .join("")

/** A project of two little books; `more` is what stands below the ingestion. */
const books = async (folder: string, more = "") => {
  await mkdir(path.join(folder, "books"), { recursive: true })
  await writeFile(path.join(folder, "books", "one.txt"), prose("The lamp was lit"))
  await writeFile(path.join(folder, "books", "two.txt"), prose("A wind went over the hills"))
  const file = path.join(folder, "books.yaml")
  await writeFile(
    file,
    `name: books\nnodes:\n  corpus:\n    uses: "@inkstone/ingest#ingest"\n    with: { files: ["books/*.txt"] }\n${more}`
  )
  return file
}

describe("help", () => {
  it.each(commands)("of %s has a description, its flags and examples", { timeout: minute }, async (name) => {
    const { code, stderr, stdout } = await inkstone([name, "--help"])
    expect(code, stderr).toBe(0)
    expect(stdout).toMatch(/DESCRIPTION\n {2}\w.{20}/)
    expect(stdout).toContain("--json")
    expect(stdout).toMatch(new RegExp(`EXAMPLES\\n {2}# .+\\n {2}inkstone ${name}\\b`))
    expect(stderr).toBe("")
  })

  it(
    "is what `inkstone` alone prints, with every command and the exit codes",
    { timeout: minute },
    async () => {
      const { code, stdout } = await inkstone([])
      expect(code).toBe(0)
      for (const name of commands) expect(stdout).toMatch(new RegExp(`^ {2}${name} {2,}\\w`, "m"))
      expect(stdout).toContain("130")
    }
  )

  it("loads neither the stages nor Arrow: it is there at once", () => {
    const hook = `import("node:module").then((m) => m.registerHooks({ load: (url, context, next) => {
      if (/apache-arrow|packages\\/(pipeline|trainer|tensorflow)/.test(url)) throw new Error(url)
      return next(url, context) } }))`
    const loader = `data:text/javascript,${encodeURIComponent(`await ${hook}`)}`
    const { status, stderr } = spawnSync(process.execPath, ["--import", loader, main, "run", "--help"])
    expect(status, stderr.toString()).toBe(0)
    const planned = spawnSync(process.execPath, ["--import", loader, main, "plan", fixture("slow.yaml")])
    expect(planned.status).not.toBe(0)
  })
})

describe("wrong words", () => {
  it.each([
    [["rnu"], /Unknown subcommand "rnu"[^]*did you mean[^]*run\n[^]*Help: inkstone --help/i],
    [["run", "x.yaml", "--jbos", "2"], /--jbos[^]*--jobs[^]*Help: inkstone run --help/],
    [["run"], /missing[^]*pipeline/i],
    [["plan", "a.yaml", "b.yaml"], /b\.yaml/],
    [["run", "x.yaml", "--jobs", "0"], /--jobs[^]*at least 1/],
    [["run", "x.yaml", "--memory", "much"], /--memory[^]*much/],
    [["gc", "--days=-1"], /--days[^]*at least 0/],
    [["generate", "gpt", "--temperature", "-0.5"], /--temperature[^]*at least 0/],
    [["generate", "gpt", "--top-p", "1.5"], /--top-p[^]*from 0 to 1/],
    [["generate", "gpt", "--top-k=-3"], /--top-k[^]*at least 0/],
    [["generate", "gpt", "--max-tokens", "0"], /--max-tokens[^]*at least 1/],
    [["generate", "gpt", "--beams", "0"], /--beams[^]*from 1 to 256/],
    [["generate", "gpt", "--min-p", "2"], /--min-p[^]*from 0 to 1/],
    [["generate", "gpt", "--weights", "int4"], /--weights[^]*int8/]
  ])(
    "%j: exit code 2, what is wrong on standard error, nothing else",
    { timeout: minute },
    async (words, says) => {
      const { code, stderr, stdout } = await inkstone(words)
      expect(stderr).toMatch(says)
      expect(code).toBe(2)
      expect(stdout).toBe("")
    }
  )
})

describe("shell completion", () => {
  it.each(["bash", "zsh", "fish"])(
    "for %s knows the commands and flags",
    { timeout: minute },
    async (shell) => {
      const { code, stdout } = await inkstone(["--completions", shell])
      expect(code).toBe(0)
      for (const name of commands) expect(stdout).toContain(name)
      expect(stdout).toContain("keep-going")
    }
  )

  for (const shell of ["bash", "zsh", "fish"])
    it.skipIf(!installed(shell))(
      `for ${shell} is a script that this shell, where it is installed, accepts`,
      { timeout: minute },
      async () => {
        const { stdout } = await inkstone(["--completions", shell])
        const { status, stderr } = spawnSync(shell, ["-n"], { input: stdout })
        expect(stderr.toString()).toBe("")
        expect(status).toBe(0)
      }
    )
})

it("`--version` is a version", { timeout: minute }, async () => {
  const { code, stdout } = await inkstone(["--version"])
  expect(stdout).toMatch(/^inkstone v\d+\.\d+\.\d+\n$/)
  expect(code).toBe(0)
})

describe("what fails", () => {
  it(
    "by a wrong pipeline file exits with 2, on standard error; as JSON also as one line",
    { timeout: minute },
    async () => {
      const { code, stderr, stdout } = await inkstone(["plan", "no-such.yaml"])
      expect(code).toBe(2)
      expect(stderr).toContain("no-such.yaml")
      expect(stdout).toBe("")
      const asJson = await inkstone(["plan", "no-such.yaml", "--json"])
      expect(jsonLines(asJson)).toEqual([
        { type: "error", category: "config", message: stderr.trimEnd(), exitCode: 2 }
      ])
    }
  )

  it("by wrong words is a line of JSON too, where JSON was asked for", { timeout: minute }, async () => {
    const ended = await inkstone(["run", "x.yaml", "--jsno", "--json"])
    expect(jsonLines(ended)).toMatchObject([{ type: "error", category: "usage", exitCode: 2 }])
  })

  it(
    "by its data exits with 3 and names the node; a run's JSON stays JSON",
    { timeout: minute },
    async () => {
      await using folder = await temporary()
      const file = await books(folder.path)
      await writeFile(path.join(folder.path, "books", "one.txt"), "")
      await writeFile(path.join(folder.path, "books", "two.txt"), "\n")
      const store = ["--store", path.join(folder.path, "store")]
      const { code, stderr } = await inkstone(["run", file, ...store])
      expect(code).toBe(3)
      expect(stderr).toMatch(/^corpus: .*\n {2}log: .*log\.txt\n$/)
      const lines = jsonLines(await inkstone(["run", file, ...store, "--json"]))
      expect(lines.map(({ type }) => type)).toContain("run-finished")
      expect(lines.at(-1)).toMatchObject({ type: "error", category: "data", exitCode: 3 })
    }
  )

  it("says which node a mistyped --only or --force means", { timeout: minute }, async () => {
    await using folder = await temporary()
    const { code, stderr } = await inkstone([
      "run",
      fixture("slow.yaml"),
      "--store",
      folder.path,
      "--only",
      "nihgt"
    ])
    expect(stderr).toMatch(/"nihgt"[^]*did you mean "night"/)
    expect(code).toBe(2)
  })
})

describe("a signal", () => {
  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143]
  ] as const)("%s stops a run cleanly with exit code %i", { timeout: minute }, async (signal, exitCode) => {
    await using folder = await temporary()
    let sent = false
    const words = ["run", fixture("slow.yaml"), "--json", "--store", folder.path]
    const ended = await inkstone(words, (stdout, child) => {
      if (!sent && stdout.includes('"nights"')) sent = child.kill(signal)
    })
    expect(sent).toBe(true)
    expect(ended.code, ended.stderr).toBe(exitCode)
    const lines = jsonLines(ended)
    expect(lines.find(({ type }) => type === "run-finished")).toMatchObject({
      result: { status: "cancelled" }
    })
    expect(lines.at(-1)).toMatchObject({ type: "error", category: "cancelled", exitCode })
    expect(ended.stderr).toMatch(/goes on from here[^]*stopped by SIG/)
  })

  it(
    "sent again a while later ends it at once, whatever a stage still does",
    { timeout: minute },
    async () => {
      await using folder = await temporary()
      let sent = false
      const words = ["run", fixture("deaf.yaml"), "--json", "--store", folder.path]
      const { code, stdout } = await inkstone(words, (said, child) => {
        if (sent || !said.includes('"nights"')) return
        sent = child.kill("SIGINT")
        setTimeout(() => child.kill("SIGINT"), 1000)
      })
      expect(code).toBe(130)
      expect(stdout).not.toContain("run-finished")
    }
  )
})

describe("a reader that goes away", () => {
  it.each(["--help", "run FILE", "run FILE --json", "graph FILE"])(
    "does not make `inkstone %s` crash",
    { timeout: minute },
    async (words) => {
      await using folder = await temporary()
      const file = await books(folder.path)
      const line = `"${process.execPath}" "${main}" ${words.replace("FILE", `'${file}'`)} | head -c 1`
      const { status, stderr } = spawnSync("bash", ["-o", "pipefail", "-c", line], {
        env: { ...environment, INKSTONE_STORE: path.join(folder.path, "store") }
      })
      expect(stderr.toString()).toBe("")
      expect(status).toBe(0)
    }
  )
})

describe("inkstone report", () => {
  it(
    "says what to run where nothing has run, and what is missing where no stage makes one",
    { timeout: minute },
    async () => {
      await using folder = await temporary()
      const report = (file: string) => inkstone(["report", file, "--store", path.join(folder.path, "store")])
      const without = await report(await books(folder.path))
      expect(without.stderr).toMatch(/no stage that makes a report/)
      expect(without.code).toBe(2)
      const metrics = `  report:
    uses: "@inkstone/reporter#report"
    in: { models: corpus.documents }
`
      const wrong = await report(await books(folder.path, metrics))
      expect(wrong.code, wrong.stderr).toBe(2)
      const ready = path.join(import.meta.dirname, "..", "..", "..", "pipelines", "smoke.yaml")
      const nothing = await report(ready)
      expect(nothing.stderr).toMatch(/has made no report yet. Run it first: inkstone run .*smoke\.yaml/)
      expect(nothing.code).toBe(3)
    }
  )
})

describe("inkstone generate", () => {
  it("says that there is no model yet, and how to make one", { timeout: minute }, async () => {
    await using folder = await temporary()
    const { code, stderr } = await inkstone(["generate", "gpt", "--store", folder.path])
    expect(stderr).toMatch(/no model is called gpt\. No run has made a model here yet: inkstone run /)
    expect(code).toBe(2)
  })
})

describe("inkstone gc", () => {
  it("removes nothing unless told to, then what no newest run uses", { timeout: 2 * minute }, async () => {
    await using folder = await temporary()
    const store = path.join(folder.path, "store")
    const file = await books(folder.path)
    expect((await inkstone(["run", file, "--store", store])).code).toBe(0)
    await writeFile(path.join(folder.path, "books", "two.txt"), prose("Snow fell on the mill"))
    expect((await inkstone(["run", file, "--store", store])).code).toBe(0)
    const documents = () => readdir(path.join(store, "objects", "documents"))
    expect((await documents()).length).toBe(2)
    const dry = await inkstone(["gc", "--days", "0", "--store", store])
    expect(dry.stdout).toMatch(/would remove [1-9]\d*, [^]*Remove with --apply/)
    expect((await documents()).length).toBe(2)
    const kept = await inkstone(["gc", "--apply", "--store", store])
    expect(kept.stdout).toContain("nothing to remove")
    const applied = await inkstone(["gc", "--days", "0", "--apply", "--store", store, "--json"])
    expect(jsonLines(applied)).toMatchObject([{ type: "garbage", applied: true }])
    expect((await documents()).length).toBe(1)
    const again = await inkstone(["run", file, "--store", store])
    expect(again.stdout).toMatch(/^corpus +hit$/m)
  })
})

describe("inkstone doctor", () => {
  it(
    "says of each thing whether it is there, and how to get what is not",
    { timeout: 3 * minute },
    async () => {
      const ended = await inkstone(["doctor", "--json"])
      const [checks] = jsonLines(ended)
      expect(checks).toMatchObject({
        type: "checks",
        checks: expect.arrayContaining([expect.objectContaining({ name: "node", status: "ok" })])
      })
      const missing = ended.stdout.match(/"status":"missing"/g)?.length ?? 0
      const advised = ended.stdout.match(/"status":"missing"[^{}]*"advice":"[^"]/g)?.length ?? 0
      expect(advised).toBe(missing)
      expect(ended.code).toBe(missing === 0 ? 0 : 4)
    }
  )
})
