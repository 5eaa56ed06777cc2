/** Adding a request: its schemas, as they would stand in src/contract/runs.ts, and its answer in src/engine/requests/runs.ts. */
import { z } from '../../domain/words'
import { someIds } from '../../domain/ids'
import type { RequestTable } from '../../contract/parts'
import { questionsOf } from '../../engine/requests/forward'
import type { Services } from '../../engine/requests/services'

export const exampleRequests = {
  'runs.finished': {
    params: z.object({ runIds: someIds }),
    result: z.object({ finished: z.number() })
  }
} satisfies RequestTable

type Params = z.output<(typeof exampleRequests)['runs.finished']['params']>

export function exampleHandlers(services: Pick<Services, 'queries' | 'project'>) {
  return {
    'runs.finished': ({ runIds }: Params) => {
      const session = services.project()
      return { finished: runIds.filter((id) => session.run(id).status === 'done').length }
    },
    // What one task of src/recordings answers is a line.
    'runs.graphs': questionsOf(services).aboutRun('graphs')
  }
}
