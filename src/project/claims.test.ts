/** Claims between processes of this machine, with real processes, and with what other machines would leave. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { claimsAfter, holds, newestClaim, takeClaim, whileAlone, type Claim, type Holder } from './claims'
import { fateOf, markOf } from './processes'
import { temporaryFolder, withReadOnly } from './testing/folders'

function mine(taken: { claim: Claim } | { holder: Holder }): Claim {
  if ('holder' in taken) throw new Error(`held by ${JSON.stringify(taken.holder)}`)
  return taken.claim
}

describe('a claim', () => {
  it('is held by one until it is given up, and its number grows', async () => {
    const folder = temporaryFolder()
    const first = mine(await takeClaim(folder, '.claim', markOf()))
    const refused = await takeClaim(folder, '.claim', markOf())
    expect(refused).toMatchObject({ holder: { number: 1, host: hostname(), pid: process.pid } })
    await first.release(['done'])
    const second = mine(await takeClaim(folder, '.claim', markOf()))
    expect([first.number, second.number]).toEqual([1, 2])
    expect([await first.state(), await second.state()]).toEqual(['taken', 'mine'])
    expect(await claimsAfter(folder, '.claim', 0)).toMatchObject([{ number: 1, said: ['done'] }])
  })

  it('is taken by exactly one of many that try at once', async () => {
    for (let round = 0; round < 20; round++) {
      const folder = temporaryFolder()
      const taken = await Promise.all(Array.from({ length: 12 }, () => takeClaim(folder, '.claim', markOf())))
      expect(taken.filter((one) => 'claim' in one)).toHaveLength(1)
    }
  })

  it('dies with its process, however it ends', async () => {
    const folder = temporaryFolder()
    const child = spawn('sleep', ['60'])
    const stat = readFileSync(`/proc/${child.pid}/stat`, 'utf8')
    const begun = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]
    const mark = { ...markOf(), pid: child.pid!, begun }
    mine(await takeClaim(folder, '.claim', mark))
    expect(await takeClaim(folder, '.claim', markOf())).toHaveProperty('holder')
    child.kill('SIGKILL')
    await once(child, 'exit')
    expect(mine(await takeClaim(folder, '.claim', markOf())).number).toBe(2)
  })

  it('does not pass to a process that has the same number by chance', () => {
    expect(fateOf(markOf())).toBe('alive')
    expect(fateOf({ ...markOf(), begun: '1' })).toBe('dead')
    expect(fateOf({ ...markOf(), realm: `before/${markOf().realm.split('/')[1]}` })).toBe('dead')
    expect(fateOf({ ...markOf(), realm: `${markOf().realm.split('/')[0]}/pid:[1]` })).toBe('unknown')
    expect(fateOf({ ...markOf(), host: 'another' })).toBe('unknown')
  })

  it('of another machine holds as long as it gives signs of life, by the clock of the files', async () => {
    const folder = temporaryFolder()
    const claim = mine(await takeClaim(folder, '.claim', { ...markOf(), host: 'another' }))
    const path = join(folder, '.claim-1')
    const newest = async (): Promise<Holder> => (await newestClaim(folder, '.claim'))!
    expect(await holds(folder, '.claim', await newest())).toBe(true)
    const ago = Date.now() / 1000 - 120
    utimesSync(path, ago, ago)
    expect(await holds(folder, '.claim', await newest())).toBe(false)
    await claim.beat()
    expect(await holds(folder, '.claim', await newest())).toBe(true)
    expect(readdirSync(folder)).toEqual(['.claim-1'])
  })

  it('can be taken over from the living by force, and they find out', async () => {
    const folder = temporaryFolder()
    const first = mine(await takeClaim(folder, '.claim', markOf()))
    const second = mine(await takeClaim(folder, '.claim', markOf(), { force: true }))
    await first.release()
    expect(await first.state()).toBe('taken')
    expect(await second.state()).toBe('mine')
    expect(await takeClaim(folder, '.claim', markOf())).toMatchObject({ holder: { number: 2 } })
  })

  it('that is cut short or is something else holds until it has been still for long', async () => {
    for (const text of ['', '{"host":"x"', '[]', 'null']) {
      const folder = temporaryFolder()
      writeFileSync(join(folder, '.claim-4'), text)
      expect(await takeClaim(folder, '.claim', markOf())).toMatchObject({ holder: { number: 4 } })
      const ago = Date.now() / 1000 - 120
      utimesSync(join(folder, '.claim-4'), ago, ago)
      expect(mine(await takeClaim(folder, '.claim', markOf())).number).toBe(5)
    }
  })

  it('does not bring back a folder that is gone', async () => {
    const folder = join(temporaryFolder(), 'run')
    await expect(takeClaim(folder, '.claim', markOf())).rejects.toMatchObject({ code: 'not-found' })
    mkdirSync(folder)
    const claim = mine(await takeClaim(folder, '.claim', markOf()))
    expect(await claim.state()).toBe('mine')
  })
})

describe('changes while nobody else makes any', () => {
  it('of many at once are none of them lost', async () => {
    const folder = temporaryFolder()
    const path = join(folder, 'count')
    writeFileSync(path, '0')
    const add = (): Promise<void> =>
      whileAlone(folder, markOf(), async (tell) => {
        const count = Number(readFileSync(path, 'utf8'))
        await new Promise((resolve) => setImmediate(resolve))
        writeFileSync(path, String(count + 1))
        tell(`count ${count + 1}`)
      })
    await Promise.all(Array.from({ length: 100 }, add))
    expect(readFileSync(path, 'utf8')).toBe('100')
    const said = await claimsAfter(join(folder, '.locks'), 'change', 90)
    expect(said?.flatMap((claim) => claim.said)).toEqual(Array.from({ length: 10 }, (_, i) => `count ${91 + i}`))
    // Older ones are no longer kept, and who asks for them is told so.
    expect(await claimsAfter(join(folder, '.locks'), 'change', 3)).toBeNull()
  })

  it('are refused by the disk in the words of what was to be written', async () => {
    const folder = temporaryFolder()
    const write = (): Promise<void> =>
      whileAlone(folder, markOf(), () => Promise.resolve(writeFileSync(join(folder, 'x'), '')))
    await expect(withReadOnly(folder, write)).rejects.toThrow(/EACCES/)
  })

  it('go on after one that failed', async () => {
    const folder = temporaryFolder()
    await expect(whileAlone(folder, markOf(), () => Promise.reject(new Error('no')))).rejects.toThrow('no')
    expect(await whileAlone(folder, markOf(), () => Promise.resolve('yes'))).toBe('yes')
  })
})
