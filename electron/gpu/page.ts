/** The hidden window's page: hands the port on which the application speaks to the worker that trains. */
const worker = new Worker(new URL('./worker.ts', import.meta.url), { type: 'module', name: 'phasescope-gpu' })

const tell = (failure: string): void => window.postMessage({ phasescopeFailure: failure }, window.location.origin)
worker.addEventListener('error', (event) => tell(event.message || 'its program could not be loaded'))
worker.addEventListener('messageerror', () => tell('it was sent something that it cannot read'))

window.addEventListener('message', (event: MessageEvent<unknown>) => {
  if (event.source !== window || event.data !== 'phasescope:gpu-port') return
  worker.postMessage('port', [...event.ports])
})
