// The allow-list: every name of Python that a pickle may say, and the data that a call of it stands for. Nothing is looked up
// anywhere else, so that a name which is not here cannot do anything.
import { type Dtype, dtypeBytes } from "../NamedArray.ts"
import { numpyScalar } from "./NumpyScalar.ts"
import type { Machine } from "./Machine.ts"
import {
  areNatural,
  isDict,
  isKnown,
  isNatural,
  isNumpyType,
  isSequence,
  isStorage,
  isTensor,
  isTuple,
  type Value
} from "./Value.ts"

/** Storages as torch names them, plain and on a GPU. */
const storageTypes = new Map<string, Dtype>(
  (
    [
      ["Double", "float64"],
      ["Float", "float32"],
      ["Half", "float16"],
      ["BFloat16", "bfloat16"],
      ["Long", "int64"],
      ["Int", "int32"],
      ["Short", "int16"],
      ["Char", "int8"],
      ["Byte", "uint8"],
      ["Bool", "bool"]
    ] as const
  ).flatMap(([name, dtype]) => [
    [`torch.${name}Storage`, dtype],
    [`torch.cuda.${name}Storage`, dtype]
  ])
)
storageTypes.set("torch.storage.UntypedStorage", "uint8")

const isDtype = (name: string): name is Dtype => Object.hasOwn(dtypeBytes, name)
const dtypeOf = (name: string): Dtype | undefined => {
  const short = name.slice("torch.".length)
  return name.startsWith("torch.") && isDtype(short) ? short : undefined
}

type Call = (given: ReadonlyArray<Value>, machine: Machine) => Value | undefined

const mostDimensions = 64 // torch's own limit

/** `_rebuild_tensor(storage, offset, size, stride)` and what later versions add behind. */
const tensor: Call = ([storage, offset, size, stride]) => {
  if (!isStorage(storage) || !isNatural(offset) || !isTuple(size) || !isTuple(stride)) return undefined
  const [shape, strides] = [size.items, stride.items]
  if (shape.length !== strides.length || shape.length > mostDimensions) return undefined
  if (!areNatural(shape) || !areNatural(strides)) return undefined
  return { kind: "tensor", storage, dtype: storage.dtype, offset, shape, strides }
}
/** Conjugated and negative views store other numbers than they have. */
const plain = (metadata: Value | undefined) =>
  metadata === undefined || metadata === null || (isDict(metadata) && metadata.entries.length === 0)

const calls = new Map<string, Call>([
  ["torch._utils._rebuild_tensor", tensor],
  [
    "torch._utils._rebuild_tensor_v2",
    (given, machine) => (plain(given[6]) ? tensor(given, machine) : undefined)
  ],
  [
    // Types without a storage type of their own lie in bytes.
    "torch._utils._rebuild_tensor_v3",
    (given, machine) => {
      const [rebuilt, type] = [tensor(given, machine), given[6]]
      const dtype = isKnown(type) ? dtypeOf(type.name) : undefined
      return isTensor(rebuilt) && dtype !== undefined && plain(given[7]) ? { ...rebuilt, dtype } : undefined
    }
  ],
  ["torch._utils._rebuild_parameter", ([data]) => (isTensor(data) ? data : undefined)],
  ["torch._utils._rebuild_parameter_with_state", ([data]) => (isTensor(data) ? data : undefined)],
  ["torch.Size", ([size]) => (isTuple(size) ? size : undefined)],
  [
    "torch.device",
    ([type, index]) =>
      typeof type !== "string" || !/^[a-z]{1,20}(:\d{1,3})?$/.test(type)
        ? undefined
        : isNatural(index)
          ? `${type}:${index}`
          : type
  ],
  [
    "collections.OrderedDict",
    ([pairs], machine) => {
      if (pairs === undefined) return { kind: "dict", entries: [] }
      if (!isSequence(pairs)) return undefined
      machine.copies(pairs.items.length)
      const entries: Array<readonly [Value, Value]> = []
      for (const pair of pairs.items) {
        const [key, value] = isSequence(pair) ? pair.items : []
        if (key === undefined || value === undefined) return undefined
        entries.push([key, value])
      }
      return { kind: "dict", entries }
    }
  ],
  ["builtins.set", ([of]) => (isSequence(of) ? { kind: "set", items: of.items } : undefined)],
  ["builtins.frozenset", ([of]) => (isSequence(of) ? { kind: "set", items: of.items } : undefined)],
  [
    // How Python writes bytes below protocol 3.
    "_codecs.encode",
    ([text, encoding], machine) => {
      if (typeof text !== "string" || encoding !== "latin1") return undefined
      const bytes = machine.encoded.get(text) ?? new Uint8Array(Buffer.from(text, "latin1"))
      machine.encoded.set(text, bytes)
      return bytes
    }
  ],
  [
    "numpy.dtype",
    ([code]) =>
      typeof code === "string" && code.length < 8 ? { kind: "numpy type", code, order: "<" } : undefined
  ],
  [
    "numpy.core.multiarray.scalar",
    ([type, bytes]) => (isNumpyType(type) ? numpyScalar(type, bytes) : undefined)
  ]
])

/** Names that are only passed on, or made without a call. */
const silent = new Set(["argparse.Namespace"])

/** The name as the allow-list has it, or undefined. Python 2 and NumPy 2 have other names for the same. */
export const known = (module: string, name: string): string | undefined => {
  const today = module.replace(/^__builtin__$/, "builtins").replace(/^numpy\._core\b/, "numpy.core")
  const full = `${today}.${name}`
  return calls.has(full) || storageTypes.has(full) || silent.has(full) || dtypeOf(full) !== undefined
    ? full
    : undefined
}

/** The numbers in a storage of that type. */
export const storageDtype = (name: string): Dtype | undefined => storageTypes.get(name)

/** What `callee(*given)` stands for. */
export const call = (machine: Machine, callee: Value, given: ReadonlyArray<Value>): Value => {
  if (!isKnown(callee)) throw machine.refused("calls what is no function")
  const value = calls.get(callee.name)?.(given, machine)
  if (value === undefined) throw machine.refused(`${callee.name} does not take what it is given here`)
  return value
}

/** What `type.__new__(type)` stands for. */
export const create = (machine: Machine, type: Value, given: ReadonlyArray<Value>): Value => {
  if (isKnown(type) && given.length === 0) {
    if (type.name === "argparse.Namespace") return { kind: "namespace", entries: [] }
    if (type.name === "collections.OrderedDict") return { kind: "dict", entries: [] }
  }
  throw machine.refused(`makes an object of ${isKnown(type) ? type.name : "what is no type"}`)
}
