// Facts about the machine that a record keeps beside a result. None of them is part of a key.
import os from "node:os"
import type { RunRecord } from "../Records.ts"

export const facts = (): RunRecord["host"] => {
  const cpus = os.cpus()
  return {
    name: os.hostname(),
    platform: `${process.platform}-${process.arch}`,
    node: process.version,
    cpu: cpus[0]?.model ?? "unknown",
    cpus: cpus.length,
    memoryBytes: os.totalmem()
  }
}
