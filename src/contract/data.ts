/** Requests about the project's data sets: the user's own data. */
import { z } from '../domain/words'
import { dataChoices, dataFindings, datasetInfo } from '../domain/data'
import { done, jobId, nothing } from './parts'
import type { EventTable, RequestTable } from './parts'

export const dataRequests = {
  'data.list': {
    params: nothing,
    result: z.object({
      datasets: z.array(datasetInfo),
      problems: z.array(z.object({ place: z.string(), message: z.string() }))
    })
  },
  /** A native dialog. In the browser host the path is typed, or the files are dropped (`import.stage`). */
  'data.pick': {
    params: z.object({ kind: z.enum(['folder', 'files']) }),
    result: z.object({ grant: z.string(), label: z.string() }).nullable()
  },
  'data.inspect': { params: z.object({ job: jobId, grant: z.string(), choices: dataChoices }), result: dataFindings },
  /** The whole data set or, after a cancel or an error, nothing. */
  'data.add': {
    params: z.object({
      job: jobId,
      grant: z.string(),
      name: z.string().trim().min(1).max(120),
      choices: dataChoices
    }),
    result: datasetInfo
  },
  'data.cancel': { params: z.object({ job: jobId }), result: done },
  /** Moves a data set to the project's trash folder. */
  'data.remove': { params: z.object({ id: z.string() }), result: done }
} satisfies RequestTable

export const dataEvents = {
  /** Data sets of the project have come or gone. */
  'data.changed': z.object({})
} satisfies EventTable
