// Dropout where the papers have it.
import { dropout, type Run, type Tensor } from "@inkstone/graph"

/** `x` with a share of its values dropped, if the run drops any. Every place in a network needs a name of its own. */
export const drop = (x: Tensor, name: string, run: Run): Tensor =>
  run.dropout === undefined ? x : dropout(x, { ...run.dropout, name })
