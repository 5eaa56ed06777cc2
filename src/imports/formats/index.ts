/** The formats that are known by names, in the order in which they take files. */
import type { ImportFormat } from '../../domain/import-formats'
import { downloads } from './downloads'
import { dvclive } from './dvclive'
import { visualizingTraining } from './epoch-files'
import type { FolderFormat } from './folder-format'
import { mlflow } from './mlflow'
import { npz } from './npz'

export const folderFormats: readonly FolderFormat[] = [npz, dvclive, mlflow, visualizingTraining, downloads]

export function folderFormat(id: ImportFormat): FolderFormat {
  return folderFormats.find((format) => format.id === id)!
}
