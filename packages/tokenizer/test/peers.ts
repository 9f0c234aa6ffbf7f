// The python with Hugging Face tokenizers, where there is one.
import { execFileSync } from "node:child_process"
import * as fs from "node:fs"
import * as os from "node:os"
import * as path from "node:path"

const python =
  process.env["INKSTONE_PEERS_PYTHON"] ?? path.join(os.homedir(), ".cache/inkstone/peers/bin/python")

/** Empty where the peer is there, else what to write into the name of a skipped test. */
export const noPeers = fs.existsSync(python) ? "" : ` [skipped: no python with tokenizers at ${python}]`

/** Runs a script that reads JSON from stdin as `given` and sets `answer`, which comes back. */
export const askPeer = (script: string, given: unknown): unknown =>
  JSON.parse(
    execFileSync(
      python,
      ["-c", `import json, sys\ngiven = json.load(sys.stdin)\n${script}\njson.dump(answer, sys.stdout)`],
      {
        encoding: "utf8",
        input: JSON.stringify(given),
        maxBuffer: 2 ** 30,
        env: { ...process.env, TOKENIZERS_PARALLELISM: "false" }
      }
    )
  )
