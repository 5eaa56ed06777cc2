/** Event loop delay of the main process, for the end-to-end tests: `globalThis.phasescopeLoopDelay()` in ms. */
import { monitorEventLoopDelay } from 'node:perf_hooks'

export function measureLoopDelay(): void {
  const resolutionMs = 5
  const histogram = monitorEventLoopDelay({ resolution: resolutionMs })
  histogram.enable()
  Object.assign(globalThis, {
    phasescopeLoopDelay: () => ({
      // The monitor's own sampling interval is part of every sample.
      p50: histogram.percentile(50) / 1e6 - resolutionMs,
      p99: histogram.percentile(99) / 1e6 - resolutionMs,
      max: histogram.max / 1e6 - resolutionMs
    }),
    phasescopeLoopDelayReset: () => histogram.reset()
  })
}
