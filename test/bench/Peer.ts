// One side of a comparison as a program of its own, kept running so that both sides are warm and take turns.
import { type ChildProcess, spawn } from "node:child_process"
import { existsSync } from "node:fs"
import { homedir } from "node:os"
import { join } from "node:path"
import { createInterface } from "node:readline"

/** The interpreter of the peers' environment, if there is one. */
export const python = (): string | undefined => {
  const path = process.env["INKSTONE_PEERS_PYTHON"] ?? join(homedir(), ".cache/inkstone/peers/bin/python")
  return existsSync(path) ? path : undefined
}

export const advice = "no peer: see test/bench/README.md for how to install what we are measured against"

/** Speaks JSON lines with a program. */
export class Peer {
  readonly #child: ChildProcess
  readonly #lines: AsyncIterator<string>
  #said = ""

  private constructor(command: string, words: ReadonlyArray<string>) {
    const child = spawn(command, [...words], { stdio: "pipe" })
    child.stderr.on("data", (chunk) => {
      this.#said = `${this.#said}${String(chunk)}`.slice(-4000)
    })
    this.#lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
    this.#child = child
  }

  /** A script of `peers/`. -I: a script beside it must not be taken for a module of Python's own. */
  static python(interpreter: string, script: string): Peer {
    return new Peer(interpreter, ["-I", join(import.meta.dirname, "peers", script)])
  }

  /** One of our own, by its path from here. */
  static ours(script: string): Peer {
    return new Peer(process.execPath, [join(import.meta.dirname, script)])
  }

  /** Sends a message and waits for the answer. */
  async ask(message: unknown): Promise<unknown> {
    this.#child.stdin?.write(`${JSON.stringify(message)}\n`)
    const { done, value } = await this.#lines.next()
    if (done === true) throw new Error(`the peer ended: ${this.#said}`)
    return JSON.parse(value)
  }

  close(): void {
    this.#child.kill()
  }
}
