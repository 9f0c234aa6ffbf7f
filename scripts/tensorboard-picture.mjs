// Makes docs/tensorboard.png: trains test/tensorboard/rates.yaml (half a minute), opens the real TensorBoard on it and takes its
// picture, six tabs on one page. `node scripts/tensorboard-picture.mjs`; INKSTONE_PEERS_PYTHON names a python that has TensorBoard,
// CHROMIUM the browser.
import { execFileSync, spawn } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { homedir, tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout } from "node:timers/promises"

const root = join(import.meta.dirname, "..")
const python = process.env.INKSTONE_PEERS_PYTHON ?? join(homedir(), ".cache/inkstone/peers/bin/python")
const chromium = process.env.CHROMIUM ?? "chromium"
const port = 6106
const work = mkdtempSync(join(tmpdir(), "inkstone-picture-"))

/** A picture of a page, once its scripts have had so long. */
const shoot = (url, file, { width, height, millis }) =>
  execFileSync(
    chromium,
    [
      "--headless",
      // a container's root has no sandbox, and these pages are our own
      "--no-sandbox",
      "--disable-gpu",
      "--hide-scrollbars",
      `--user-data-dir=${join(work, "browser")}`,
      `--window-size=${width},${height}`,
      `--virtual-time-budget=${millis}`,
      `--screenshot=${file}`,
      url
    ],
    { stdio: "ignore", timeout: 120_000 }
  )

const up = async (url) => {
  for (let i = 0; i < 100; i += 1) {
    const runs = await fetch(url).then(
      (reply) => reply.json(),
      () => []
    )
    if (runs.length >= 3) return
    await setTimeout(300)
  }
  throw new Error(`TensorBoard shows no runs at ${url}`)
}

const tabs = [
  ["scalars", "scalars&tagFilter=loss%7Clearning_rate"],
  ["histograms", "histograms&tagFilter=attn.c_attn.weight%7Cwte"],
  ["hparams", "hparams"],
  ["text", "text"],
  ["graphs", "graphs"],
  ["distributions", "distributions&tagFilter=attn.c_attn.weight%7Cwte"]
]
const size = { width: 1000, height: 540, millis: 20_000 }

const store = join(work, "store")
execFileSync(
  process.execPath,
  [
    join(root, "apps/orchestrator/src/main.ts"),
    "run",
    join(root, "test/tensorboard/rates.yaml"),
    "--store",
    store,
    "-j",
    "1"
  ],
  { stdio: "inherit" }
)
const board = spawn(
  python,
  ["-m", "tensorboard.main", "--logdir", "tensorboard/rates", "--host", "127.0.0.1", "--port", String(port)],
  // the picture says where the runs are: a path within the store
  { stdio: "ignore", cwd: store }
)
try {
  const url = `http://127.0.0.1:${port}`
  await up(`${url}/data/runs`)
  const pictures = tabs.map(([name, fragment]) => {
    const file = join(work, `${name}.png`)
    shoot(`${url}/?darkMode=false#${fragment}`, file, size)
    return `<img width="${size.width / 2}" src="data:image/png;base64,${readFileSync(file, "base64")}">`
  })
  const page = join(work, "page.html")
  const style =
    "body{margin:0;background:#fff;width:1008px;line-height:0}img{border:1px solid #ccc;margin:1px}"
  writeFileSync(page, `<!doctype html><style>${style}</style>${pictures.join("")}`)
  shoot(`file://${page}`, join(root, "docs/tensorboard.png"), { width: 1008, height: 827, millis: 2000 })
} finally {
  board.kill()
  rmSync(work, { recursive: true, force: true, maxRetries: 5 })
}
