// Blocks one after another.
import type { Run, Tensor } from "@inkstone/graph"

/** The residual stream `[B, T, C]` through all blocks. */
export const stack = <B>(
  x: Tensor,
  blocks: ReadonlyArray<B>,
  _run: Run,
  block: (x: Tensor, block: B, layer: number) => Tensor
): Tensor => blocks.reduce((stream, one, layer) => block(stream, one, layer), x)
