/** A thread of its own for the user's metric functions: whatever they do, the run goes on. */
import { parentPort, workerData } from 'node:worker_threads'
import type { UserMetric, UserMetricPoint } from '../domain/user-metrics'

const { text } = workerData as { text: string }
let metrics: Map<string, UserMetric> | null = null

/** Functions that the module exports by name, or in an object as its default. */
async function load(): Promise<Map<string, UserMetric>> {
  // As a module by itself: a file's meaning would depend on the folders around it and on the version of Node.
  const url = `data:text/javascript;base64,${Buffer.from(text).toString('base64')}`
  const module = (await import(/* @vite-ignore */ url)) as Record<string, unknown>
  const named = { ...module, ...(typeof module.default === 'object' ? module.default : {}) }
  const functions = Object.entries(named).filter(([name, value]) => typeof value === 'function' && name !== 'default')
  if (functions.length === 0) throw new Error('it exports no function')
  return new Map(functions as [string, UserMetric][])
}

parentPort?.on('message', (point: UserMetricPoint) => {
  void (async () => {
    const values: Record<string, number> = {}
    const problems: { name: string | null; text: string }[] = []
    try {
      metrics ??= await load()
      for (const [name, metric] of metrics) {
        try {
          const value: unknown = await metric(point)
          if (typeof value === 'number') values[name] = value
          else problems.push({ name, text: `gave ${value === null ? 'null' : typeof value} instead of a number` })
        } catch (error) {
          problems.push({ name, text: `threw ${String(error)}` })
        }
      }
    } catch (error) {
      problems.push({ name: null, text: `cannot be used: ${error instanceof Error ? error.message : String(error)}` })
    }
    parentPort?.postMessage({ values, problems })
  })()
})
