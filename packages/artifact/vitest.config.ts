import { defineConfig } from "vitest/config"

// sealing waits for the disk, which may be slow when others use it too
// files share a process each core: loading Effect and TensorFlow anew costs more CPU than most files' tests
export default defineConfig({ test: { testTimeout: 60_000, isolate: false } })
