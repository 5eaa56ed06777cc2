/**
 * Messages of the commits since the last tag, or since this check was made: an area first, at most 72 characters, a body that says
 * why and how it was verified. `.ci/run` calls it; what it finds is of commits that can no longer be changed once they are shared,
 * so run it before: `node scripts/lint/commits.mjs`.
 */
import { execFileSync } from 'node:child_process'
import { fileURLToPath, pathToFileURL } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
/** The commit before the first one that is held to it. */
const before = '1eebd31c826b48823ce103924b0546d7970a828b'
const longest = 72

/** @returns {string[]} what is wrong with a message, in words. */
export function messageProblems(message) {
  const [subject, second = '', ...body] = message.trimEnd().split('\n')
  if (/^(Merge|Revert) /.test(subject)) return []
  const problems = []
  if (!/^[a-z][a-z0-9 -]*(, [a-z][a-z0-9 -]*)*: \S/.test(subject))
    problems.push('the area comes first, as in "imports: read ..."')
  if (subject.length > longest) problems.push(`the subject has ${subject.length} characters, ${longest} are allowed`)
  if (second !== '' || body.join('').trim() === '') problems.push('a body says why, and how it was verified')
  return problems
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  const since = base()
  if (since === null) console.log('Messages of commits were not checked: this is no clone with its history.')
  else {
    const log = git('log', '--no-merges', '--format=%h%x00%B%x01', `${since}..HEAD`)
    const wrong = log.split('\u0001').flatMap((entry) => {
      const [hash, message] = entry.trim().split('\0')
      return message === undefined ? [] : messageProblems(message).map((problem) => `${hash}: ${problem}.`)
    })
    for (const line of wrong) console.error(line)
    process.exitCode = wrong.length > 0 ? 1 : 0
  }
}

function base() {
  for (const find of [
    () => git('describe', '--tags', '--abbrev=0').trim(),
    () => git('rev-parse', '--verify', `${before}^{commit}`).trim()
  ])
    try {
      return find()
    } catch {
      // No tag, or not this far back.
    }
  return null
}

function git(...args) {
  return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] })
}
