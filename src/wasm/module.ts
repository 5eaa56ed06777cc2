/** Our WebAssembly modules: compiled ahead into base64, instantiated on a memory that the caller makes or already has. */

/** A function of a module: `Count` numbers, addresses in bytes and counts, and what it returns. */
export type Kernel<Count extends number, Result = void, Args extends number[] = []> = Args['length'] extends Count
  ? (...args: Args) => Result
  : Kernel<Count, Result, [...Args, number]>

export interface LinearMemory {
  readonly buffer: ArrayBuffer
  grow(pages: number): number
}

/** The part of the WebAssembly interface that is used; the core is compiled without the types of a browser. */
interface WebAssemblyApi {
  Module: new (bytes: Uint8Array) => object
  Instance: new (module: object, imports: object) => { exports: object }
  Memory: new (descriptor: { initial: number }) => LinearMemory
}

const api = (globalThis as unknown as { WebAssembly: WebAssemblyApi }).WebAssembly

const PAGE_BYTES = 65_536

export function newMemory(): LinearMemory {
  return new api.Memory({ initial: 1 })
}

/**
 * Makes a memory at least this large. Arrays on it are detached when it grows.
 * @throws RangeError when there is not enough memory.
 */
export function growTo(memory: LinearMemory, bytes: number): void {
  const missing = Math.ceil((bytes - memory.buffer.byteLength) / PAGE_BYTES)
  if (missing > 0) memory.grow(missing)
}

/**
 * A function that instantiates the module `binary` (base64), which is compiled once, on a memory.
 * It throws where the machine cannot run the module: all of ours need SIMD.
 */
export function moduleOf<Kernels extends object>(binary: string): (memory: LinearMemory) => Kernels {
  let compiled: object | null = null
  return (memory) => {
    compiled ??= new api.Module(Uint8Array.from(atob(binary), (char) => char.charCodeAt(0)))
    return new api.Instance(compiled, { env: { memory } }).exports as Kernels
  }
}
