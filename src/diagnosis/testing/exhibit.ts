/** Trains one network of the gallery and reads it. */
import type { Reading } from '../../domain/reading'
import { prepareBackend } from '../../tensor/backend'
import { RecordingPort } from '../../training/testing/tiny-runs'
import { train } from '../../training/trainer'
import { diagnose } from '../diagnose'
import { isOfHealth, type Recorded } from '../envelope'
import type { ObservedRun } from '../observed'
import type { Exhibit } from './made'
import { coursesOf, observedOf } from './observe'

export async function exhibited(
  exhibit: Exhibit,
  seed: number
): Promise<{ run: ObservedRun; readings: Reading[]; recorded: Recorded }> {
  await prepareBackend('wasm')
  const { spec, dataset } = exhibit.make(seed)
  const port = new RecordingPort()
  // A run that diverges ends so: what it has recorded is what there is to read.
  await train(spec, dataset, port).catch((error: Error) => {
    if (!/loss became/.test(error.message)) throw error
  })
  const run = observedOf(spec, port.records)
  const recorded = new Map([...coursesOf(port.records)].filter(([tag]) => isOfHealth(tag)))
  return { run, readings: diagnose(run), recorded }
}

/** What is wrong with the readings of an exhibit; null: nothing. */
export function faultOf({ leads, never = [] }: Exhibit, readings: readonly Reading[]): string | null {
  const alarms = readings.filter(({ severity }) => severity !== 'note')
  if (leads.length === 0) return alarms.length > 0 ? `false alarm: ${alarms.map(({ rule }) => rule).join(', ')}` : null
  const [lead] = alarms
  if (!lead) return `nothing is said, but should be: ${leads.join(' or ')}`
  if (!leads.includes(lead.rule)) return `${lead.rule} leads instead of ${leads.join(' or ')}`
  const wrong = alarms.filter(({ rule }) => never.includes(rule))
  return wrong.length > 0 ? `sent the wrong way: ${wrong.map(({ rule }) => rule).join(', ')}` : null
}
