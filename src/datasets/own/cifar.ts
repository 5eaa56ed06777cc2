/** Examples from CIFAR's own binary files. */
import { cifarNames, cifarShape, readCifar } from '../../formats/cifar'
import { naturalOrder } from '../../formats/file-names'
import { FormatError } from '../../formats/format-error'
import type { Split } from '../../domain/dataset'
import type { DataFile, UserData } from './choices'

/** Which CIFAR these files are; null for none. */
export function cifarKind(files: readonly Pick<DataFile, 'name'>[]): 10 | 100 | null {
  const names = files.map(({ name }) => baseOf(name))
  if (names.some((name) => /^data_batch_\d+\.bin$/.test(name))) return 10
  return names.includes('train.bin') ? 100 : null
}

/** @throws FormatError */
export async function readCifarFiles(files: readonly DataFile[], classes: 10 | 100): Promise<UserData> {
  const named = (pattern: RegExp): DataFile[] =>
    files.filter(({ name }) => pattern.test(baseOf(name))).sort((a, b) => naturalOrder(a.name, b.name))
  const read = async (batches: DataFile[]): Promise<Split> => {
    const parts = []
    for (const batch of batches) parts.push(readCifar(await batch.read(), batch.name, classes))
    const count = parts.reduce((sum, part) => sum + part.count, 0)
    const split = { inputs: new Uint8Array(count * 3072), labels: new Int32Array(count), count }
    let at = 0
    for (const part of parts) {
      split.inputs.set(part.pixels, at * 3072)
      split.labels.set(part.labels, at)
      at += part.count
    }
    return split
  }
  const train = await read(named(classes === 10 ? /^data_batch_\d+\.bin$/ : /^train\.bin$/))
  const tests = named(classes === 10 ? /^test_batch\.bin$/ : /^test\.bin$/)
  const validation = tests.length > 0 ? await read(tests) : null
  const [list] = named(classes === 10 ? /^batches\.meta\.txt$/ : /^fine_label_names\.txt$/)
  const classNames = list ? cifarNames(new TextDecoder().decode(await list.read())) : []
  if (list && classNames.length !== classes) {
    throw new FormatError(
      list.name,
      null,
      `has ${classNames.length} names for ${classes} classes. Unpack the archive again.`
    )
  }
  return {
    kind: `CIFAR-${classes}`,
    inputShape: [...cifarShape],
    classes,
    classNames: list ? classNames : Array.from({ length: classes }, (_, i) => String(i)),
    targetWidth: 0,
    train,
    validation,
    counts: { train: train.count, validation: validation?.count ?? 0 },
    labels: [],
    label: null,
    inputs: [],
    left: [],
    notes: validation ? ['The test examples validate.'] : ['There is no test file: part of the examples will validate.']
  }
}

function baseOf(name: string): string {
  return name.slice(name.lastIndexOf('/') + 1)
}
