// PyTorch's `.pt`, `.pth` and `.bin` files, read without running anything. They are pickles, and a pickle is a program that Python
// runs; here a machine that knows a short list of names turns it into data (`torch/Unpickle.ts`), and any other name is an error.
// Both formats of `torch.save`: the zip file since 1.6, and the one before. A file from outside is not trusted: every length is
// checked against the file's real size before memory is taken for it, and every entry of a zip file against its CRC-32.
import type { StorageFailed } from "@inkstone/artifact"
import { Effect } from "effect"
import type { NamedArray, NamedArrays } from "./NamedArray.ts"
import * as Archive from "./torch/Archive.ts"
import { place, type Placed, rowMajor } from "./torch/Layout.ts"
import * as Source from "./torch/Source.ts"
import { attempt, type TorchInvalid } from "./torch/TorchInvalid.ts"
import { type Plain, takeApart } from "./torch/Tree.ts"

export { TorchInvalid } from "./torch/TorchInvalid.ts"
export type { Plain } from "./torch/Tree.ts"

export interface Contents {
  /** every tensor by the path that leads to it, `model.encoder.weight` or `param_groups.0.step`, in the order of the file */
  readonly arrays: NamedArrays
  /** the object without its tensors: fairseq's `args`, step counts, names */
  readonly rest: Plain
}

/** Bytes of copies, beyond four times the file's, that views in another order than row-major may take. */
const spareCopies = 2 ** 20

/**
 * Reads what `torch.save` wrote. `keep` chooses tensors by name; the bytes of the others are not read, which leaves an optimizer's
 * state on the disk. Tensors that share a storage share its bytes here too; views that are not row-major are copied.
 */
export const read = Effect.fn("Torch.read")(function* (
  file: string,
  keep: (name: string) => boolean = () => true
): Effect.fn.Return<Contents, TorchInvalid | StorageFailed> {
  return yield* Effect.scoped(
    Effect.gen(function* () {
      const source = yield* Source.open(file)
      const archive = yield* Archive.open(source)
      const { rest, tensors } = yield* attempt(file, () => takeApart(archive.value, archive.opcodes))
      const byStorage = new Map<string, Array<readonly [string, Placed]>>()
      let copied = 0
      for (const [name, tensor] of tensors) {
        if (!keep(name)) continue
        const { key } = tensor.storage
        const placed = yield* attempt(file, () => place(name, tensor, archive.sizes.get(key)))
        copied += placed.copied
        if (copied > 4 * source.size + spareCopies)
          return yield* source.invalid("tensors", "are views that take many times the bytes of the file")
        const others = byStorage.get(key)
        if (others === undefined) byStorage.set(key, [[name, placed]])
        else others.push([name, placed])
      }
      const read = new Map<string, NamedArray>()
      for (const [key, group] of byStorage) {
        const storage = yield* archive.read(key)
        for (const [name, placed] of group) {
          const { dtype, shape } = placed.tensor
          read.set(name, { name, dtype, shape, bytes: rowMajor(placed, storage) })
        }
      }
      const arrays = new Map<string, NamedArray>()
      for (const name of tensors.keys()) {
        const array = read.get(name)
        if (array !== undefined) arrays.set(name, array)
      }
      return { arrays, rest }
    })
  )
})

/** The tensors alone, as a `pytorch_model.bin` has them. */
export const readArrays = (file: string): Effect.Effect<NamedArrays, TorchInvalid | StorageFailed> =>
  Effect.map(read(file), ({ arrays }) => arrays)
