/** What compute workers do with a project as a whole. */
import { checkProject } from '../project/check'

export const projectTasks = {
  /** @param folder of a project */
  checkProject: ({ folder, repair }: { folder: string; repair: boolean }) => checkProject(folder, repair)
}
