/**
 * A small file of a project in which people have said something that can be said again, such as `roles.json`. One that cannot be used
 * is as good as none, and a sentence tells why; what is said next does not write over it.
 */
import { lstat, rename } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from '../domain/words'
import { readText, writeFileAtomic } from './files'

const schemaVersion = 1
/** Far more than anybody says. */
const mostBytes = 1_000_000

export interface SaidFile<T> {
  name: string
  /** Never throws. `problem`: why the file was not read, in a sentence. */
  read(project: string): Promise<{ said: T; problem: string | null }>
  /** A file that cannot be read may be of a newer program, or can be put right by hand: it is set aside. */
  write(project: string, said: T): Promise<void>
}

/**
 * @param key under which the file has it
 * @param unread what counts where it cannot be read, and what can be done: "so ...: <why>. <remedy>"
 */
export function saidFile<T>(
  name: string,
  key: string,
  schema: z.ZodType<T>,
  nothing: T,
  unread: { so: string; remedy: string }
): SaidFile<T> {
  const whole = z.object({ schemaVersion: z.literal(schemaVersion), [key]: schema })
  const problem = (why: string) => ({
    said: nothing,
    problem: `${name} was not read, so ${unread.so}: ${why}. ${unread.remedy}`
  })
  async function read(project: string): Promise<{ said: T; problem: string | null }> {
    const path = join(project, name)
    try {
      const found = await lstat(path)
      if (!found.isFile()) return problem('it is no file')
      if (found.size > mostBytes) return problem(`it is larger than ${mostBytes / 1e6} MB`)
      const value: unknown = JSON.parse(await readText(path, mostBytes))
      const version = (value as { schemaVersion?: unknown } | null)?.schemaVersion
      if (typeof version === 'number' && version > schemaVersion) return problem('a newer Phasescope has written it')
      const parsed = whole.safeParse(value)
      if (parsed.success) return { said: (parsed.data as Record<string, unknown>)[key] as T, problem: null }
      const [issue] = parsed.error.issues
      return problem(`at ${issue.path.length > 0 ? `"${issue.path.join('.')}"` : 'its top level'}, ${issue.message}`)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { said: nothing, problem: null }
      return problem(error instanceof SyntaxError ? 'it is no valid JSON' : (error as Error).message.replace(/\.$/, ''))
    }
  }
  return {
    name,
    read,
    async write(project, said) {
      const path = join(project, name)
      if ((await read(project)).problem !== null) {
        const time = new Date().toISOString().replace(/[:.]/g, '-')
        await rename(path, join(project, name.replace('.json', `-${time}.json`)))
      }
      await writeFileAtomic(path, JSON.stringify({ schemaVersion, [key]: said }, null, 2) + '\n')
    }
  }
}
