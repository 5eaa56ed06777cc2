/** What compute workers answer about a run that is still being designed. */
import { describe } from './describe-draft'

export const draftTasks = { describe }
