// The process of a probe: it hears its job over IPC, tells what it found, and ends. Its parent clears its folder away.
import { enableCompileCache } from "node:module"

// a Ctrl-C reaches every process of the terminal; the parent decides what stops
process.on("SIGINT", () => undefined)
process.once("disconnect", () => process.exit(1))
enableCompileCache()
const job = new Promise<unknown>((resolve) => process.once("message", resolve))
const { work } = await import("./work.ts")
work(await job)
