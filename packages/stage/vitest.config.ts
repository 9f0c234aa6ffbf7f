import { defineConfig } from "vitest/config"

// sealing waits for the disk, which may be slow when others use it too
export default defineConfig({ test: { testTimeout: 60_000 } })
