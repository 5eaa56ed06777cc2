/**
 * Loaded into a process before anything else (--import): writes down, in order and over all its threads, what it asks the
 * disk to keep. What a file holds is taken at each fsync; everything after the last one could be lost with the power.
 */
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import path from 'node:path'

const log = process.env.PHASESCOPE_DISK_LOG
const root = process.env.PHASESCOPE_DISK_ROOT
if (log && root) {
  const { readFileSync, openSync, writeSync } = fs
  const descriptor = openSync(log, 'a')
  const note = (entry) => writeSync(descriptor, `${JSON.stringify(entry)}\n`)
  const inside = (file) => typeof file === 'string' && path.resolve(file).startsWith(root)
  const names = new Map()
  const content = (file) => {
    try {
      return readFileSync(file).toString('base64')
    } catch {
      return null
    }
  }
  const synced = (file) => {
    const info = fs.lstatSync(file, { throwIfNoEntry: false })
    if (info) note(info.isDirectory() ? { op: 'sync-folder', file } : { op: 'sync', file, content: content(file) })
  }
  const wrap = (module, name, entry) => {
    const original = module[name]
    module[name] = function (...args) {
      const result = original.apply(this, args)
      const told = (value) => {
        if (args.every((arg) => typeof arg !== 'string') || inside(args[0])) entry(args, value)
        return value
      }
      return result && typeof result.then === 'function' ? result.then(told) : told(result)
    }
  }
  const opened = ([file, flags], handle) => {
    const text = typeof flags === 'string' ? flags : ''
    if (/[wax]/.test(text)) note({ op: 'create', file })
    if (typeof handle === 'number') names.set(handle, file)
    else {
      const { sync } = handle
      handle.sync = async function () {
        await sync.call(handle)
        synced(file)
      }
    }
  }
  for (const [module, suffix] of [
    [fs, 'Sync'],
    [fs.promises, '']
  ]) {
    wrap(module, `open${suffix}`, opened)
    wrap(module, `mkdir${suffix}`, ([file]) => note({ op: 'mkdir', file }))
    wrap(module, `rename${suffix}`, ([from, to]) => note({ op: 'rename', file: from, to }))
    wrap(module, `link${suffix}`, ([from, to]) => note({ op: 'link', file: from, to }))
    wrap(module, `rm${suffix}`, ([file]) => note({ op: 'remove', file }))
    wrap(module, `unlink${suffix}`, ([file]) => note({ op: 'remove', file }))
    wrap(module, `writeFile${suffix}`, ([file]) => note({ op: 'create', file }))
  }
  const { fsyncSync } = fs
  fs.fsyncSync = (fd) => {
    fsyncSync(fd)
    if (names.has(fd)) synced(names.get(fd))
  }
  syncBuiltinESMExports()
}
