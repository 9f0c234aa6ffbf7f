// The python with the peers (TensorBoard, safetensors, ...), where there is one, and folders that clean up after themselves.
import { Effect } from "effect"
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

const python =
  process.env["INKSTONE_PEERS_PYTHON"] ?? path.join(os.homedir(), ".cache/inkstone/peers/bin/python")

/** Empty where the peers are there, else what to write into the name of a skipped test. */
export const noPeers = fs.existsSync(python) ? "" : ` [skipped: no python with the peers at ${python}]`

/** Runs a script that prints one JSON value. */
export const runPython = (script: string, ...args: ReadonlyArray<string>): unknown =>
  JSON.parse(
    execFileSync(python, ["-c", script, ...args], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
  )

/** What TensorBoard's own reader makes of a folder: tag -> [step, value] pairs. */
export const scalarsOf = (directory: string): unknown =>
  runPython(
    `import json, sys
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
events = EventAccumulator(sys.argv[1], size_guidance={"scalars": 0}).Reload()
print(json.dumps({tag: [[e.step, e.value] for e in events.Scalars(tag)] for tag in sorted(events.Tags()["scalars"])}))`,
    directory
  )

/** What TensorBoard's server makes of a folder of runs: every kind of event, and the tab HParams. */
export const tensorBoardOf = (directory: string): unknown =>
  JSON.parse(
    execFileSync(python, [path.join(import.meta.dirname, "tensorboard/read.py"), directory], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
      maxBuffer: 2 ** 28
    })
  )

export const temporaryFolder = Effect.acquireRelease(
  Effect.sync(() => fs.mkdtempSync(path.join(os.tmpdir(), "inkstone-trainer-"))),
  (made) => Effect.sync(() => fs.rmSync(made, { recursive: true, force: true }))
)
