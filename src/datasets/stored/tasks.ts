/** What compute workers do with the user's own data: look at it, and write it into the project. */
import { addData, inspectData } from './inspect-and-add'

export const datasetTasks = { dataInspect: inspectData, dataAdd: addData }
