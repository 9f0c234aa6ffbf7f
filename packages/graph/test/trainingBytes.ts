// The digest of a training program's graph; as a process of its own it prints it.
import { createHash } from "node:crypto"
import * as g from "../src/index.ts"
import { entries } from "./attention.ts"

export const digest = (): string =>
  createHash("sha256")
    .update(g.Program.lower(entries(), { clusters: true }).graphDef)
    .digest("hex")

if (import.meta.main) process.stdout.write(digest())
