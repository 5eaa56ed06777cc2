/**
 * A strict reader of the pickles in PyTorch's checkpoints. A pickle is a program for a small stack machine, and Python's own
 * machine lets it call anything. This one knows the opcodes that build dictionaries, lists, numbers and texts, and the names
 * in torch-globals.ts; whatever else a file asks for is an inert placeholder, which is never called. Nothing is ever called
 * but the builders of that list, and nothing is taken on trust: no length, no index, no type.
 *
 * What it makes is counted: a byte of a pickle can become an object of a hundred, and 200 MB of them are 200 kB in an archive.
 *
 * Opcodes: CPython's Lib/pickletools.py. What torch.save writes: torch/serialization.py.
 */
import { FormatError } from './format-error'
import { opcodeNames } from './pickle-opcodes'
import { Builder, PickleDict, Placeholder, PlainValue, StorageRef, StorageType, torchGlobal } from './torch-globals'

/**
 * The value of a pickle: PickleDict, arrays for lists and tuples, TensorRef, text, number, bigint, boolean or null.
 * @param file as messages name it
 * @param foreign gets the names that it asks for and that nothing is made of
 * @throws FormatError when it uses instructions that no checkpoint has, or is damaged
 */
export function readTorchPickle(bytes: Uint8Array, file: string, foreign = new Set<string>()): unknown {
  return new PickleMachine(bytes, file, foreign).run()
}

/** Instructions of one pickle; a model of 100,000 tensors has about 4 million. */
const mostInstructions = 20_000_000
/** Dictionaries, lists, tuples, texts and tensors of one pickle, each about a hundred bytes. */
export const mostObjects = 2_000_000

class PickleMachine {
  private instructions = 0
  private objects = 0
  private at = 0
  private stack: unknown[] = []
  /** Stacks below the marks that are set. */
  private readonly below: unknown[][] = []
  private readonly memo = new Map<number, unknown>()
  private readonly view: DataView

  constructor(
    private readonly bytes: Uint8Array,
    private readonly file: string,
    private readonly foreign: Set<string>
  ) {
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  }

  run(): unknown {
    for (;;) {
      const place = this.at
      const opcode = this.byte()
      this.instructions += 1
      if (this.instructions > mostInstructions) throw this.tooLarge(`${mostInstructions} instructions`)
      if (opcode === 0x2e) return this.pop()
      if (!this.step(opcode)) throw this.unknownOpcode(opcode, place)
    }
  }

  /** @returns false for an opcode that is not read */
  private step(opcode: number): boolean {
    switch (opcode) {
      case 0x80: // PROTO
        if (this.byte() > 5) throw this.damaged('its pickle protocol is newer than 5')
        return true
      case 0x95: // FRAME
        this.length(8)
        return true
      case 0x28: // MARK
        this.made()
        this.below.push(this.stack)
        this.stack = []
        return true
      case 0x30: // POP
        this.pop()
        return true
      case 0x4e:
        return this.push(null)
      case 0x88:
        return this.push(true)
      case 0x89:
        return this.push(false)
      case 0x4a: // BININT
        return this.push(this.view.getInt32(this.skip(4), true))
      case 0x4b: // BININT1
        return this.push(this.byte())
      case 0x4d: // BININT2
        return this.push(this.view.getUint16(this.skip(2), true))
      case 0x8a: // LONG1
        return this.push(this.long(this.byte()))
      case 0x47: // BINFLOAT
        return this.push(this.view.getFloat64(this.skip(8)))
      case 0x8c: // SHORT_BINUNICODE
        return this.push(this.text(this.byte()))
      case 0x58: // BINUNICODE
        return this.push(this.text(this.length(4)))
      case 0x8d: // BINUNICODE8
        return this.push(this.text(this.length(8)))
      case 0x7d: // EMPTY_DICT
        this.made()
        return this.push(new PickleDict())
      case 0x5d: // EMPTY_LIST
      case 0x29: // EMPTY_TUPLE
        this.made()
        return this.push([])
      case 0x74: // TUPLE
        return this.push(this.marked())
      case 0x85:
      case 0x86:
      case 0x87: // TUPLE1 to TUPLE3
        this.made()
        return this.push(this.take(opcode - 0x84))
      case 0x61: // APPEND
        return this.append([this.pop()])
      case 0x65: // APPENDS
        return this.append(this.marked())
      case 0x73: // SETITEM
        return this.setItems(this.take(2))
      case 0x75: // SETITEMS
        return this.setItems(this.marked())
      case 0x71: // BINPUT
        return this.put(this.byte())
      case 0x72: // LONG_BINPUT
        return this.put(this.view.getUint32(this.skip(4), true))
      case 0x94: // MEMOIZE
        return this.put(this.memo.size)
      case 0x68: // BINGET
        return this.get(this.byte())
      case 0x6a: // LONG_BINGET
        return this.get(this.view.getUint32(this.skip(4), true))
      case 0x63: // GLOBAL
        return this.push(this.global(this.line(), this.line()))
      case 0x93: {
        // STACK_GLOBAL
        const [module, name] = this.take(2)
        if (typeof module !== 'string' || typeof name !== 'string') throw this.damaged('a global has no name')
        return this.push(this.global(module, name))
      }
      case 0x69: // INST
        return this.call(this.global(this.line(), this.line()), this.marked())
      case 0x6f: {
        // OBJ
        const [callee, ...args] = this.marked()
        return this.call(callee, args)
      }
      case 0x81: {
        // NEWOBJ
        const [callee, args] = this.take(2)
        return this.call(callee, args)
      }
      case 0x92: {
        // NEWOBJ_EX
        const [callee, args, named] = this.take(3)
        return this.call(callee, Array.isArray(args) ? [args, named] : args)
      }
      case 0x43: // SHORT_BINBYTES
        return this.plain(this.byte())
      case 0x42: // BINBYTES
        return this.plain(this.length(4))
      case 0x8e: // BINBYTES8
      case 0x96: // BYTEARRAY8
        return this.plain(this.length(8))
      case 0x8b: // LONG4
        return this.plain(this.length(4))
      case 0x8f: // EMPTY_SET
        this.made()
        return this.push([])
      case 0x90: // ADDITEMS
        return this.append(this.marked())
      case 0x91: // FROZENSET
        return this.push(this.marked())
      case 0x51: // BINPERSID
        return this.push(this.storage(this.pop()))
      case 0x52: // REDUCE
        return this.reduce()
      case 0x62: // BUILD
        return this.build()
      default:
        return false
    }
  }

  private reduce(): boolean {
    const args = this.pop()
    return this.call(this.pop(), args)
  }

  private call(callee: unknown, args: unknown): boolean {
    if (!(callee instanceof Builder) && !(callee instanceof Placeholder)) {
      throw this.damaged('it calls something that is no function')
    }
    if (!Array.isArray(args)) throw this.damaged(`${printable(callee.name)} is called without arguments`)
    this.made()
    if (callee instanceof Placeholder) {
      // Objects of old classes name their class first.
      const [first] = args as unknown[]
      const isOld = /^copy_?reg\.(_reconstructor|__newobj__)$/.test(callee.name) && first instanceof Placeholder
      return this.push(this.placeholder(isOld ? first.name : callee.name, args, false))
    }
    const inert = args.find((arg) => arg instanceof Placeholder)
    if (inert && callee.name.startsWith('torch.')) return this.push(this.placeholder(inert.name, args, true))
    let built: unknown
    try {
      built = callee.build(args)
    } catch (error) {
      throw this.damaged((error as Error).message)
    }
    // Each has entries of its own, also where many are made of one list.
    if (built instanceof PickleDict) for (let i = 0; i < built.entries.size; i++) this.made()
    return this.push(built)
  }

  private placeholder(name: string, parts: readonly unknown[], isTensor: boolean): Placeholder {
    const made = new Placeholder(name, isTensor)
    made.parts.push(parts)
    return made
  }

  /** Bytes and long numbers, of which nothing is kept. */
  private plain(length: number): boolean {
    this.made()
    this.skip(length)
    return this.push(new PlainValue())
  }

  /** State dictionaries carry attributes (`_metadata`: versions of modules), which are of no use here. */
  private build(): boolean {
    const state = this.pop()
    const target = this.stack[this.stack.length - 1]
    if (target instanceof Placeholder) target.parts.push(state)
    else if (!(target instanceof PickleDict) && !(target instanceof PlainValue)) {
      throw this.damaged('it sets the state of something that is no dictionary')
    }
    return true
  }

  private global(module: string, name: string): unknown {
    const full = `${module}.${name}`
    const known = torchGlobal(full)
    if (known !== undefined) return known
    this.made()
    this.foreign.add(printable(full))
    return new Placeholder(printable(full))
  }

  private storage(id: unknown): StorageRef {
    const [kind, type, key, , size] = Array.isArray(id) ? (id as unknown[]) : []
    const isType = type instanceof StorageType || type instanceof Placeholder
    if (kind !== 'storage' || !isType || typeof key !== 'string' || !/^\w+$/.test(key)) {
      throw this.damaged('a persistent id names no storage')
    }
    if (!Number.isSafeInteger(size) || (size as number) < 0) throw this.damaged(`storage ${key} has no valid size`)
    // A tensor of a type that is not known is left out by this name.
    return new StorageRef(type instanceof Placeholder ? type.name : type.dtype, key, size as number)
  }

  private append(items: unknown[]): boolean {
    const list = this.stack[this.stack.length - 1]
    if (list instanceof Placeholder) list.parts.push(items)
    else if (!Array.isArray(list)) throw this.damaged('it appends to something that is no list')
    else for (const item of items) list.push(item)
    return true
  }

  private setItems(items: unknown[]): boolean {
    const dict = this.stack[this.stack.length - 1]
    if (dict instanceof Placeholder) {
      dict.parts.push(items)
      return true
    }
    if (!(dict instanceof PickleDict) || items.length % 2 !== 0) {
      throw this.damaged('it sets items of something that is no dictionary')
    }
    for (let i = 0; i < items.length; i += 2) dict.entries.set(items[i], items[i + 1])
    return true
  }

  private put(index: number): boolean {
    if (this.stack.length === 0) throw this.damaged('its stack is empty')
    this.memo.set(index, this.stack[this.stack.length - 1])
    return true
  }

  private get(index: number): boolean {
    if (!this.memo.has(index)) throw this.damaged(`it refers to value ${index}, which it has not stored`)
    return this.push(this.memo.get(index))
  }

  private push(value: unknown): boolean {
    this.stack.push(value)
    return true
  }

  private pop(): unknown {
    if (this.stack.length === 0) throw this.damaged('its stack is empty')
    return this.stack.pop()
  }

  private take(count: number): unknown[] {
    if (this.stack.length < count) throw this.damaged('its stack is empty')
    return this.stack.splice(this.stack.length - count)
  }

  /** Everything above the last mark. */
  private marked(): unknown[] {
    const lower = this.below.pop()
    if (!lower) throw this.damaged('a mark is missing')
    const items = this.stack
    this.stack = lower
    return items
  }

  private byte(): number {
    return this.bytes[this.skip(1)]
  }

  /** A little-endian length of 4 or 8 bytes; that so much is there is for the reader of it to check. */
  private length(width: 4 | 8): number {
    const at = this.skip(width)
    return width === 4 ? this.view.getUint32(at, true) : Number(this.view.getBigUint64(at, true))
  }

  private long(width: number): number | bigint {
    this.made()
    const at = this.skip(width)
    let value = 0n
    for (let i = width - 1; i >= 0; i--) value = (value << 8n) | BigInt(this.bytes[at + i])
    value = BigInt.asIntN(Math.max(8, width * 8), value)
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : value
  }

  private text(length: number): string {
    this.made()
    const at = this.skip(length)
    return new TextDecoder().decode(this.bytes.subarray(at, at + length))
  }

  private line(): string {
    const end = this.bytes.indexOf(10, this.at)
    if (end < 0) throw this.cutOff()
    const text = this.text(end - this.at)
    this.at += 1
    return text
  }

  private skip(count: number): number {
    if (count > this.bytes.length - this.at) throw this.cutOff()
    const at = this.at
    this.at += count
    return at
  }

  private unknownOpcode(opcode: number, place: number): FormatError {
    const code = `0x${opcode.toString(16).padStart(2, '0')}`
    const what = Object.hasOwn(opcodeNames, opcode)
      ? `uses the pickle instruction ${opcodeNames[opcode]} (${code} at byte ${place}), which a checkpoint has no use for`
      : `has ${code} at byte ${place} of its pickle, which is no instruction`
    return new FormatError(
      this.file,
      null,
      `${what}: it was not read, and nothing in it was run. Save the weights alone, with torch.save(model.state_dict(), file).`
    )
  }

  /** Counts something that takes memory. */
  private made(): void {
    this.objects += 1
    if (this.objects > mostObjects) throw this.tooLarge(`${mostObjects} objects`)
  }

  private tooLarge(what: string): FormatError {
    return new FormatError(
      this.file,
      null,
      `has a structure of more than ${what}, which no checkpoint has. Save the weights alone, with torch.save(model.state_dict(), file).`
    )
  }

  private damaged(what: string): FormatError {
    const place = `byte ${this.at} of its pickle`
    return new FormatError(this.file, place, `${what}: it is damaged. Save or copy the checkpoint again.`)
  }

  private cutOff(): FormatError {
    return this.damaged('more bytes are asked for than there are')
  }
}

/** A name from a file for a terminal: what is no printable letter becomes a question mark. */
function printable(name: string): string {
  return name.replace(/[^\x20-\x7e]/g, '?').slice(0, 120) || 'something without a name'
}
