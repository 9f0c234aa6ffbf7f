// Whether what a module exports is a stage: modules are loaded by name, so nothing but a look at it can tell.
import type { Stage } from "@inkstone/stage"

export const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null && !Array.isArray(value)

export const isStage = (value: unknown): value is Stage.AnyStage =>
  isRecord(value) &&
  typeof value["name"] === "string" &&
  typeof value["version"] === "number" &&
  typeof value["run"] === "function" &&
  isRecord(value["inputs"]) &&
  isRecord(value["outputs"])
