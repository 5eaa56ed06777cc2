/** What the tables of several areas are made of. */
import { z } from '../domain/words'

export type RequestTable = Record<string, { params: z.ZodType; result: z.ZodType }>
export type EventTable = Record<string, z.ZodType>

export const nothing = z.object({}).strict()
export const done = z.object({})
/** Names work for its progress and for cancelling it. */
export const jobId = z.string().min(8).max(64)
/** A file in memory as a whole. */
export const wholeFile = z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= 2 ** 30)
/** Part of a file, on its way in. */
export const filePiece = z.custom<Uint8Array>((value) => value instanceof Uint8Array && value.length <= 8 * 1024 * 1024)
