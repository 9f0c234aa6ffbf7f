// A virtual machine for pickles of data, protocols 2 to 4 (https://docs.python.org/3/library/pickletools.html). Python's own runs
// whatever a file names; this one knows the names of `Globals.ts`, makes values of `Value.ts`, and refuses everything else.
import { call, create, known, storageDtype } from "./Globals.ts"
import { Machine, shown } from "./Machine.ts"
import { whole, withOrder } from "./NumpyScalar.ts"
import { isDict, isKnown, isNatural, isSequence, isTuple, type Storage, type Value } from "./Value.ts"

/** Most opcodes of one pickle; a value of 100 bytes each would be 200 MB. A thousand tensors need 30,000. */
const mostOpcodes = 2_000_000
const mostIntegerBytes = 256

export interface Unpickled {
  readonly value: Value
  /** storages by key */
  readonly storages: ReadonlyMap<string, Storage>
  readonly opcodes: number
  /** the byte after the pickle */
  readonly end: number
}

const text = (value: Value): value is string => typeof value === "string"
const isList = (value: Value) => isSequence(value) && value.kind === "list"

const global = (machine: Machine, module: string, name: string) => {
  const full = known(module, name)
  if (full === undefined) {
    const wanted = shown(`${module}.${name}`)
    throw machine.refused(
      module === "torch"
        ? `this file needs ${wanted}, which has no counterpart here`
        : `this file wants to run ${wanted}; it was not run. If you trust its source, open it with Python and save the ` +
            "tensors alone: torch.save(model.state_dict(), file)"
    )
  }
  machine.push({ kind: "known", name: full })
}

const integer = (machine: Machine, length: number) => {
  if (length > mostIntegerBytes) throw machine.refused(`an integer of ${length} bytes`)
  const hex = Buffer.from(machine.bytes(length).toReversed()).toString("hex")
  machine.push(length === 0 ? 0 : whole(BigInt.asIntN(8 * length, BigInt(`0x${hex}`))))
}

const append = (machine: Machine, target: Value, values: ReadonlyArray<Value>) => {
  const list = machine.expect(target, isSequence, "a list")
  if (!isList(list)) throw machine.refused(`appends to a ${list.kind}`)
  for (const value of values) list.items.push(value)
}

const setItems = (machine: Machine, target: Value, values: ReadonlyArray<Value>) => {
  const { entries } = machine.expect(target, isDict, "a dictionary")
  for (let at = 0; at < values.length; at += 2) {
    const [key, value] = [values[at], values[at + 1]]
    if (key === undefined || value === undefined) throw machine.refused("a key without a value")
    entries.push([key, value])
  }
}

/** `object.__setstate__(state)`, of the few that have one. */
const build = (machine: Machine) => {
  const [state, target] = [machine.pop(), machine.pop()]
  const ordered = withOrder(target, state)
  if (ordered !== undefined) return machine.push(ordered)
  if (!isDict(target) || !isDict(state) || state.kind !== "dict")
    throw machine.refused("sets the state of what has none")
  // Attributes of an OrderedDict, such as `_metadata` of a state_dict, say nothing of its entries.
  if (target.kind === "namespace") {
    machine.copies(state.entries.length)
    for (const entry of state.entries) target.entries.push(entry)
  }
  machine.push(target)
}

/** ("storage", type, key, device, numel), in the old format with a sixth: (key of the view, first, length) or None. */
const persistent = (machine: Machine) => {
  const { items } = machine.expect(machine.pop(), isTuple, "the five parts of a storage")
  const [what, type, key, , numel, view] = items
  const dtype = isKnown(type) ? storageDtype(type.name) : undefined
  if (what !== "storage" || dtype === undefined || typeof key !== "string" || !isNatural(numel))
    throw machine.refused("refers to something outside that is no storage of numbers")
  if (!/^\w{1,64}$/.test(key)) throw machine.refused(`the storage key ${shown(key)}`)
  const [, first, length] = isTuple(view) ? view.items : [null, 0, numel]
  if (!isNatural(first) || !isNatural(length) || first + length > numel)
    throw machine.refused(`a view that lies outside of the ${numel} numbers of its storage`)
  const storage: Storage = { kind: "storage", key, dtype, numel, first, length }
  if (!machine.storages.has(key)) machine.storages.set(key, storage)
  machine.push(storage)
}

const remember = (machine: Machine, place: number) => machine.memo.set(place, machine.top())
const recall = (machine: Machine, place: number) => {
  const value = machine.memo.get(place)
  if (value === undefined) throw machine.refused(`recalls value ${place}, which was never remembered`)
  machine.push(value)
}
const tuple = (machine: Machine, items: Array<Value>) => machine.push({ kind: "tuple", items })
const popped = (machine: Machine, count: number) => {
  const values = Array.from({ length: count }, () => machine.pop())
  return values.toReversed()
}

type Opcode = (machine: Machine) => void

/** By name, as `pickletools` has them; the code is the character or the number before it. */
const opcodes = new Map<number, Opcode>(
  (
    [
      ["N", (m) => m.push(null)],
      [0x88, (m) => m.push(true)],
      [0x89, (m) => m.push(false)],
      ["J", (m) => m.push(m.int32())],
      ["K", (m) => m.push(m.uint8())],
      ["M", (m) => m.push(m.uint16())],
      [0x8a, (m) => integer(m, m.uint8())],
      [0x8b, (m) => integer(m, m.uint32())],
      ["G", (m) => m.push(m.double())],
      ["X", (m) => m.push(m.text(m.uint32()))],
      [0x8c, (m) => m.push(m.text(m.uint8()))],
      [0x8d, (m) => m.push(m.text(m.uint64()))],
      ["T", (m) => m.push(m.latin1(m.uint32()))],
      ["U", (m) => m.push(m.latin1(m.uint8()))],
      ["B", (m) => m.push(m.bytes(m.uint32()))],
      ["C", (m) => m.push(m.bytes(m.uint8()))],
      [0x8e, (m) => m.push(m.bytes(m.uint64()))],
      ["]", (m) => m.push({ kind: "list", items: [] })],
      ["}", (m) => m.push({ kind: "dict", entries: [] })],
      [0x8f, (m) => m.push({ kind: "set", items: [] })],
      [")", (m) => tuple(m, [])],
      [0x85, (m) => tuple(m, popped(m, 1))],
      [0x86, (m) => tuple(m, popped(m, 2))],
      [0x87, (m) => tuple(m, popped(m, 3))],
      ["t", (m) => tuple(m, m.sinceMark())],
      ["(", (m) => m.mark()],
      ["a", (m) => append(m, m.stack.at(-2) ?? null, popped(m, 1))],
      [
        "e",
        (m) => {
          const values = m.sinceMark()
          append(m, m.top(), values)
        }
      ],
      ["s", (m) => setItems(m, m.stack.at(-3) ?? null, popped(m, 2))],
      [
        "u",
        (m) => {
          const values = m.sinceMark()
          setItems(m, m.top(), values)
        }
      ],
      [
        0x90,
        (m) => {
          const values = m.sinceMark()
          const set = m.expect(m.top(), isSequence, "a set")
          if (set.kind !== "set") throw m.refused(`adds to a ${set.kind}`)
          for (const value of values) set.items.push(value)
        }
      ],
      [0x91, (m) => m.push({ kind: "set", items: m.sinceMark() })],
      ["q", (m) => remember(m, m.uint8())],
      ["r", (m) => remember(m, m.uint32())],
      [0x94, (m) => remember(m, m.memo.size)],
      ["h", (m) => recall(m, m.uint8())],
      ["j", (m) => recall(m, m.uint32())],
      ["c", (m) => global(m, m.line(), m.line())],
      [
        0x93,
        (m) => {
          const name = m.expect(m.pop(), text, "a name")
          global(m, m.expect(m.pop(), text, "a module"), name)
        }
      ],
      [
        "i",
        (m) => {
          global(m, m.line(), m.line())
          throw m.refused("the opcode INST, which torch does not write")
        }
      ],
      [
        "R",
        (m) => {
          const given = m.expect(m.pop(), isTuple, "arguments")
          m.push(call(m, m.pop(), given.items))
        }
      ],
      [
        0x81,
        (m) => {
          const given = m.expect(m.pop(), isTuple, "arguments")
          m.push(create(m, m.pop(), given.items))
        }
      ],
      ["b", build],
      ["Q", persistent],
      [0x95, (m) => void m.uint64()] // a frame's length, a hint for streams
    ] satisfies ReadonlyArray<readonly [string | number, Opcode]>
  ).map(([code, opcode]) => [typeof code === "string" ? code.charCodeAt(0) : code, opcode])
)

/** Reads the pickle that begins at byte `from`; `part` names it in messages. Throws `Refused`. */
export const unpickle = (part: string, bytes: Uint8Array, from = 0): Unpickled => {
  const machine = new Machine(part, bytes, from)
  if (machine.uint8() !== 0x80) throw machine.refused("no pickle of protocol 2 or later")
  const protocol = machine.uint8()
  if (protocol < 2 || protocol > 5) throw machine.refused(`a pickle of protocol ${protocol}, not 2 to 5`)
  for (let count = 0; count < mostOpcodes; count++) {
    machine.start = machine.at
    const code = machine.uint8()
    if (code === 0x2e) {
      return { value: machine.pop(), storages: machine.storages, opcodes: count, end: machine.at }
    }
    const opcode = opcodes.get(code)
    if (opcode === undefined)
      throw machine.refused(`the opcode 0x${code.toString(16)}, which torch does not write`)
    opcode(machine)
  }
  throw machine.refused(`more than ${mostOpcodes} opcodes`)
}
