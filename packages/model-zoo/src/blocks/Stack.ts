// Blocks one after another.
import { rematerialize, type Run, type Tensor } from "@inkstone/graph"

/**
 * The residual stream `[B, T, C]` through all blocks. Where the run says so, the backward pass keeps the stream between blocks
 * alone, and computes each block again. A block should take from the run it is given what it drops: that one's key is held back
 * until the block is computed again, so that nothing is remembered from the first time.
 */
export const stack = <B, R extends Run>(
  x: Tensor,
  blocks: ReadonlyArray<B>,
  run: R,
  block: (x: Tensor, block: B, layer: number, run: R) => Tensor
): Tensor => {
  const { dropout } = run
  if (run.rematerialize !== true)
    return blocks.reduce((stream, one, layer) => block(stream, one, layer, run), x)
  return blocks.reduce(
    (stream, one, layer) =>
      dropout === undefined
        ? rematerialize((held) => block(held, one, layer, run), [stream])
        : rematerialize(
            (held, key) => block(held, one, layer, { ...run, dropout: { ...dropout, key } }),
            [stream, dropout.key]
          ),
    x
  )
}
