/** The manifests on disk: their versions, their checks, and what is said when one cannot be used. */
import { z } from 'zod'
import { analysis as analysisSchema } from '../domain/analysis'
import { runInfo } from '../domain/run'
import { PhasescopeError } from '../domain/errors'
import { readJson } from './files'
import { migrateAnalysis } from './migrations'

export const projectVersion = 1
export const runVersion = 1
export const analysisVersion = 2

const projectManifest = z.object({
  schemaVersion: z.literal(projectVersion),
  id: z.string().min(1),
  name: z.string().min(1),
  createdAt: z.string(),
  sample: z.boolean().default(false)
})
export type ProjectManifest = z.infer<typeof projectManifest>

export const runManifest = runInfo.extend({
  schemaVersion: z.literal(runVersion),
  /** Counts changes; manifests of version 0.1 have none. */
  revision: z.number().int().min(0).optional(),
  versions: z.record(z.string(), z.string())
})
export type RunManifest = z.infer<typeof runManifest>

export async function readProjectManifest(path: string): Promise<ProjectManifest> {
  return checked(path, await readJson(path), projectManifest, projectVersion)
}

export async function readRunManifest(path: string): Promise<RunManifest> {
  return checked(path, await readJson(path), runManifest, runVersion)
}

/** Older formats are migrated in memory; the file stays as it is. */
export async function readAnalysisFile(path: string): Promise<z.infer<typeof analysisSchema>> {
  return checked(path, migrateAnalysis(await readJson(path)), analysisSchema, analysisVersion)
}

/** Version first, so that a file of a newer Phasescope is refused as such and not as damaged. */
function checked<T>(path: string, value: unknown, schema: z.ZodType<T>, version: number): T {
  const found =
    typeof value === 'object' && value !== null ? (value as { schemaVersion?: unknown }).schemaVersion : null
  if (typeof found === 'number' && found > version) {
    throw new PhasescopeError(
      'newer-version',
      `${path} was written by a newer Phasescope (format ${found}, this one reads up to ${version}). Update Phasescope to open it.`
    )
  }
  const result = schema.safeParse(value)
  if (result.success) return result.data
  const issue = result.error.issues[0]
  const place = issue.path.length > 0 ? `"${issue.path.join('.')}"` : 'the top level'
  throw new PhasescopeError(
    'damaged',
    `${path} is damaged at ${place}: ${issue.message}. Restore it from a backup or remove it.`
  )
}
