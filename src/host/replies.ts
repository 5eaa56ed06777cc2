/** What of an answer crosses to a page. */
import type { Reply } from '../contract/wire'

/**
 * Without the detail of an error, which is a stack: it is of use to whoever mends Phasescope and shows its files to
 * everybody else. `kept` gets it, for the host's own log.
 * @param buildFolder the folder of the running build; messages of other programs may name it, and what is beside it
 */
export function forClients(reply: Reply, request: string, kept: (text: string) => void, buildFolder: string): Reply {
  if (reply.ok) return reply
  const { code, message, detail } = reply.error
  if (code === 'internal') kept(`${request} failed: ${detail ?? message}`)
  return { ok: false, error: { code, message: withoutFolder(message, buildFolder) } }
}

function withoutFolder(message: string, buildFolder: string): string {
  const installation = buildFolder.replace(/[\\/]out([\\/].*)?$/, '')
  let text = message
  for (const inside of ['out', 'node_modules', 'app.asar'])
    for (const separator of ['/', '\\']) text = text.replaceAll(`${installation}${separator}${inside}`, inside)
  return text
}
