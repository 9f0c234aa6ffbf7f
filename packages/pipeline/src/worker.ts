// The process of one node. It hears its job over IPC, and stops cleanly when it is told to or when its parent is gone.
import { enableCompileCache } from "node:module"

// a Ctrl-C reaches every process of the terminal; the parent decides what stops
process.on("SIGINT", () => undefined)
// a parent that dies before it has sent the job never will
const orphaned = () => process.exit(1)
process.once("disconnect", orphaned)
enableCompileCache()
const job = new Promise<unknown>((resolve) => process.once("message", resolve))
const { work } = await import("./internal/work.ts")
const given = await job
process.off("disconnect", orphaned)
work(given)
