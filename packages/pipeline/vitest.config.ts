import { defineConfig } from "vitest/config"

// generous, since a busy machine is no failure
// files share a process each core: loading Effect and TensorFlow anew costs more CPU than most files' tests
export default defineConfig({ test: { testTimeout: 120_000, isolate: false } })
