import { execFileSync, spawn } from "node:child_process"
import { once } from "node:events"
import { hostname } from "node:os"
import { setTimeout } from "node:timers/promises"
import { describe, expect, it } from "vitest"
import { isAbandoned, prefix } from "../src/internal/ProcessFolder.ts"

const nameOf = (pid: number, host = hostname()) => `draft-${host}-${pid}-abc123`

describe("a folder of one process", () => {
  it("is not abandoned while the process lives, nor on another machine, nor if it is of another kind", () => {
    expect(isAbandoned("draft", `${prefix("draft")}abc123`)).toBe(false)
    expect(isAbandoned("draft", nameOf(2 ** 22 + 1, "elsewhere"))).toBe(false)
    expect(isAbandoned("other", nameOf(2 ** 22 + 1))).toBe(false)
  })
  it("is abandoned when the process is gone", () => {
    const pid = Number(execFileSync("sh", ["-c", "echo $$"], { encoding: "utf8" }))
    expect(isAbandoned("draft", nameOf(pid))).toBe(true)
  })
  it("is abandoned when the process has ended and nobody has asked for its end", async () => {
    // what sh became does not know of its child
    const parent = spawn("sh", ["-c", "sleep 0 & echo $!; exec sleep 60"], {
      stdio: ["ignore", "pipe", "ignore"]
    })
    try {
      const [pid] = await once(parent.stdout, "data")
      for (let n = 0; n < 100 && !isAbandoned("draft", nameOf(Number(pid))); n++) await setTimeout(50)
      expect(isAbandoned("draft", nameOf(Number(pid)))).toBe(true)
    } finally {
      parent.kill("SIGKILL")
    }
  })
})
