/** The random streams of a run: one for each purpose, from its seed. */
import { hash, Rng } from '../numeric/rng'
import type { RunSpec } from '../domain/run'

/** What new runs get. */
export const newestStreams = 3

/**
 * The stream of a run for one purpose. Those of version 1, which were correlated between the purposes over seeds, are
 * kept for the runs that began with them: they go on with the split and the order of examples that they had. From version 3 on,
 * splits keep the shares of classes (`experiments/project-data.ts`).
 */
export function streamOf({ seed, streams }: Pick<RunSpec, 'seed' | 'streams'>, purpose: string): Rng {
  return streams === 1 ? firstStream(seed, purpose) : Rng.forPurpose(seed, purpose)
}

function firstStream(seed: number, purpose: string): Rng {
  const rng = new Rng(seed)
  const [first, ...others] = rng.state()
  rng.restore([(first ^ hash(purpose)) >>> 0, ...others])
  for (let i = 0; i < 16; i++) rng.uint32()
  return rng
}
