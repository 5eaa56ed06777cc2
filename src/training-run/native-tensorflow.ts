/** Native TensorFlow: optional packages, because their library is a large download that fails on some machines. */
import util from 'node:util'

export const nativePackages = ['@tensorflow/tfjs-node-gpu', '@tensorflow/tfjs-node'] as const
export type NativePackage = (typeof nativePackages)[number]

/** Why a package did not load: `absent` when it is not installed, else what it said. */
export interface NativeFailure {
  name: NativePackage
  absent: boolean
  message: string
}

export type NativeResult = { loaded: NativePackage } | { loaded: null; failures: NativeFailure[] }

/** Loads the first package that works, which makes the backend `tensorflow` known. Never throws. */
export async function loadNativeTensorflow(): Promise<NativeResult> {
  restoreUtil()
  const failures: NativeFailure[] = []
  for (const name of nativePackages) {
    try {
      // Not a literal, so that the build leaves it to the machine whether there is such a package.
      await import(/* @vite-ignore */ name as string)
      return { loaded: name }
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException
      const absent = code === 'ERR_MODULE_NOT_FOUND' && message.includes(`'${name}'`)
      failures.push({ name, absent, message: message.split('\n')[0] })
    }
  }
  return { loaded: null, failures }
}

/** tfjs-node 4.22 calls functions that Node 23 removed. */
function restoreUtil(): void {
  const old = util as unknown as Record<string, unknown>
  old.isNullOrUndefined ??= (value: unknown) => value === null || value === undefined
  old.isArray ??= Array.isArray
}
