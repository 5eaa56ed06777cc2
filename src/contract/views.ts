/** What the views of a project remember. */
import { z } from '../domain/words'
import { viewsProblem } from '../domain/views'
import type { EventTable, RequestTable } from './parts'

const viewsText = z.string().superRefine((text, context) => {
  const problem = viewsProblem(text)
  if (problem !== null) context.addIssue({ code: 'custom', message: problem })
})

export const viewRequests = {
  /** What the views of a project remember: colours, filters, pinned cards. An opaque JSON text of the interface. */
  'views.get': {
    params: z.object({}).strict(),
    /** `problem`: why what the project brought was set aside, in a sentence. */
    result: z.object({ value: z.string().nullable(), problem: z.string().nullable() })
  },
  'views.put': {
    params: z.object({
      value: viewsText,
      /** What the page had when it last read or wrote them: what has changed since is told from it. */
      base: viewsText.nullable().default(null)
    }),
    /** With what other pages and programs have changed meanwhile. */
    result: z.object({ value: z.string() })
  }
} satisfies RequestTable

export const viewEvents = {
  /** What the views remember was written, by a page of this host or by another program. */
  'views.changed': z.object({})
} satisfies EventTable
