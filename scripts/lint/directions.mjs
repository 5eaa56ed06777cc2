/**
 * Which folder may import which (docs/architecture.md). A folder may import what is listed for it and nothing else;
 * `import type` of a `types.ts` file, which holds no code, is free for all of src and the renderer.
 */

const tensorflow = ['@tensorflow/*']

/**
 * imports: folders of src whose code may be used. node: Node built-ins and globals allowed. packages: npm packages that
 * may be imported; `x/*` stands for everything in a scope or package.
 */
export const directions = {
  'src/numeric': { imports: [], packages: ['ml-matrix'] },
  /** What texts from outside may do; everybody meets them, and so everybody may use it. */
  'src/text': { imports: [], packages: ['re2js'] },
  'src/tensor': { imports: ['numeric'], packages: tensorflow },
  'src/formats': { imports: ['text', 'numeric'], packages: ['papaparse', 'fast-png', 'jpeg-js', '@zip.js/zip.js'] },
  'src/data': { imports: ['formats', 'numeric'] },
  'src/events': { imports: ['numeric'] },
  'src/hmm': { imports: ['numeric'] },
  'src/metrics': { imports: ['tensor', 'numeric'], packages: tensorflow },
  'src/models': { imports: ['tensor', 'numeric'], packages: tensorflow },
  'src/hooks': { imports: ['metrics', 'models', 'tensor', 'numeric'], packages: tensorflow },
  'src/training': {
    imports: ['hooks', 'metrics', 'models', 'data', 'formats', 'tensor', 'text', 'numeric'],
    packages: tensorflow
  },
  'src/analysis': { imports: ['hmm', 'events', 'text', 'numeric'], packages: ['ml-hclust'] },
  /** Types and validators that all may use; it uses domain types and no code of others. */
  'src/contract': { imports: [], packages: ['zod'] },
  'src/project': {
    imports: ['contract', 'events', 'formats', 'text', 'numeric'],
    node: true,
    packages: ['zod', 'h5wasm/node']
  },
  'src/workers': {
    imports: [
      ...['contract', 'project', 'analysis', 'training', 'hooks', 'metrics', 'models', 'data', 'events', 'formats'],
      ...['hmm', 'tensor', 'text', 'numeric']
    ],
    node: true,
    packages: [...tensorflow, 'webgpu']
  },
  'src/engine': {
    // Of the workers only the messages, and of those only their types: what computes must never run in the host.
    imports: ['contract', 'project', 'analysis', 'training', 'hooks', 'models', 'events', 'numeric'],
    types: ['workers/messages'],
    node: true,
    packages: ['es-module-lexer']
  },
  'src/host': { imports: ['engine', 'contract', 'project'], node: true, packages: ['ws'] },
  'src/cli': {
    imports: [
      ...[
        'engine',
        'host',
        'contract',
        'project',
        'analysis',
        'training',
        'hooks',
        'models',
        'events',
        'text',
        'numeric'
      ]
    ],
    node: true
  },
  'src/lib': {
    imports: ['hmm', 'metrics', 'events', 'project', 'analysis', 'contract', 'formats', 'text', 'numeric'],
    node: true
  },
  'electron/main': { imports: ['engine', 'host', 'contract'], node: true, packages: ['electron'] },
  /** The hidden window's worker trains; it is a browser's, so of the workers it takes what knows no Node. */
  'electron/gpu': { imports: ['workers', 'training', 'tensor', 'contract'] },
  'electron/preload': { imports: ['contract'], packages: ['electron'] },
  renderer: {
    imports: ['contract', 'text'],
    packages: [
      ...['vue', 'pinia', 'naive-ui', 'zod', 'uplot', 'uplot/*', 'apexcharts', 'vue3-apexcharts', '@dagrejs/dagre'],
      ...['vis-network/*', 'vis-data/*', '@fontsource-variable/*', 'marked', 'dompurify']
    ]
  }
}

/** The entry of `directions` that a file of the repository falls under, or null. */
export function folderOf(path) {
  const parts = path.split('/')
  if (Object.hasOwn(directions, parts[0])) return parts[0]
  const folder = parts.slice(0, 2).join('/')
  return parts.length > 2 && Object.hasOwn(directions, folder) ? folder : null
}

/** Tests and their helpers may look at everything, and nothing else may look at them. */
export function isTest(path) {
  return /\.test\.ts$/.test(path) || /(^|\/)testing\//.test(path)
}
