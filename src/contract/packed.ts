/** Typed arrays as they cross the contract. */
import { z } from 'zod'

export const f64 = z.custom<Float64Array>((value) => value instanceof Float64Array)
export const f32 = z.custom<Float32Array>((value) => value instanceof Float32Array)
export const i32 = z.custom<Int32Array>((value) => value instanceof Int32Array)
export const bytes = z.custom<Uint8Array>((value) => value instanceof Uint8Array)
