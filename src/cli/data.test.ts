/** `phasescope data` as a process. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { encode } from 'fast-png'
import { describe, expect, it } from 'vitest'
import { temporaryFolder } from '../project/testing/folders'

const program = fileURLToPath(new URL('../../bin/phasescope.js', import.meta.url))

function data(...args: string[]): { code: number | null; out: string; err: string } {
  const { status, stdout, stderr } = spawnSync(process.execPath, [program, 'data', ...args], { encoding: 'utf8' })
  return { code: status, out: stdout, err: stderr }
}

describe('data', () => {
  it('adds a table and pictures, lists them and removes one', () => {
    const folder = temporaryFolder()
    const project = join(folder, 'project')
    const table = join(folder, 'flowers.csv')
    writeFileSync(table, 'width,height,grade\n1,2,3\n2,3,1\n3,1,2\n4,4,3\n1,1,1\n2,2,2\n')
    const asked = data('add', table, '--project', project, '--create')
    expect([asked.code, asked.err]).toEqual([
      1,
      'phasescope: Which column of flowers.csv is to be predicted? There are "width", "height", "grade". Say it with --label NAME.\n'
    ])
    const added = data('add', table, '--label', 'grade', '--project', project, '--create')
    expect([added.code, added.err]).toEqual([0, ''])
    expect(added.out).toMatch(/^what +table\nexample +\[2\]\npredicted +3 classes\nlabel +grade\nexamples +6, part/)
    expect(added.out).toMatch(/\n\nAdded as flowers\.\n$/)

    for (const name of ['cat', 'dog']) {
      mkdirSync(join(folder, 'pictures', name), { recursive: true })
      for (const edge of [8, 9]) {
        const pixels = {
          width: edge,
          height: edge,
          channels: 1,
          depth: 8,
          data: new Uint8Array(edge * edge).fill(edge)
        } as const
        writeFileSync(join(folder, 'pictures', name, `${edge}.png`), encode(pixels))
      }
    }
    const pictures = ['add', join(folder, 'pictures'), '--project', project]
    expect(data(...pictures).err).toContain(
      'They have 2 sizes; the most frequent is 8x8 (2 pictures). Say it with --size WxH'
    )
    expect(data(...pictures, '--size', '4x4', '--name', 'Pets').out).toContain('[4, 4, 1]')

    const listed = JSON.parse(data('list', '--project', project, '--json').out) as { id: string; train: number }[]
    expect(listed.map(({ id, train }) => [id, train])).toEqual([
      ['flowers', 6],
      ['pets', 4]
    ])
    expect(data('remove', 'pets', '--project', project).code).toBe(0)
    expect(data('list', '--project', project).out).toMatch(
      /^DATA SET .*\nflowers +flowers +table +\[2\] +3 classes +6 +-\n$/
    )
  })

  it.each([
    [['frob', '--project', 'x'], 2, 'data does not know "frob"; it knows add, list, remove.'],
    [['add', '--project', 'x'], 2, 'What should be added? Give a file or a folder.'],
    [['add', 'y.csv'], 2, '--project DIR is missing.'],
    [['add', 'y.csv', '--size', '32', '--project', 'x'], 2, '--size is "32"; give width and height such as 32x32.'],
    [
      ['add', 'y.csv', '--predict', 'words', '--project', 'x'],
      2,
      '--predict is "words"; it must be one of classes, numbers, labels.'
    ]
  ])('refuses %j in words', (args, code, message) => {
    const result = data(...args)
    expect([result.code, result.err.split('\n')[0]]).toEqual([code, `phasescope: ${message}`])
  })
})
