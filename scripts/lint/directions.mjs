/** Which folder may import which (docs/architecture.md). A folder may import what is listed for it and nothing else. */

const tensorflow = ['@tensorflow/*']

/**
 * about: what is in it, in a line. imports: folders of src whose code may be used. types: single files of which only types may be.
 * node: Node built-ins and globals allowed. packages: npm packages that may be imported; `x/*` stands for everything in a scope or package.
 */
export const directions = {
  /** The ground floor: everybody speaks of runs, networks and analyses in these words. */
  'src/domain': {
    about: 'the product’s words, each once: types with their validators, errors, limits',
    imports: [],
    packages: ['zod']
  },
  'src/numeric': {
    about: 'random numbers, distributions, linear algebra, statistics',
    imports: [],
    packages: ['ml-matrix']
  },
  'src/wasm': {
    about: 'WebAssembly modules of our own, and the memory that they work on',
    imports: []
  },
  /** What texts from outside may do; everybody meets them, and so everybody may use it. */
  'src/text': {
    about: 'expressions in linear time; texts for terminals, sheets and pages',
    imports: [],
    packages: ['re2js']
  },
  'src/expressions': {
    about: 'questions about runs in one line: parsing, completion, evaluation',
    /** numeric: a curve that is smoothed in its expression is smoothed as the views do it. */
    imports: ['numeric', 'text'],
    packages: ['ohm-js']
  },
  'src/tensor': {
    about: 'backends, missing and slow kernels, memory accounting',
    imports: ['wasm'],
    packages: tensorflow
  },
  'src/formats': {
    about: 'bytes to arrays, tables, pictures, networks: idx, npz, safetensors, PyTorch, CSV, Keras',
    imports: ['domain', 'text'],
    packages: ['wasm-vips', 'papaparse', 'fast-png', '@zip.js/zip.js']
  },
  'src/datasets': {
    about: 'data sets: bundled and generated ones, how the user’s own are read',
    imports: ['domain', 'formats', 'numeric']
  },
  'src/events': {
    about: 'TensorBoard event files: reading, encoding, what is in a run',
    imports: ['domain']
  },
  'src/hmm': {
    about: 'hidden Markov models of levels or rules of change, missing cells: EM, Viterbi',
    imports: ['domain', 'numeric', 'wasm']
  },
  'src/metrics': {
    about: 'weight metrics, histograms',
    imports: ['domain', 'tensor', 'wasm']
  },
  'src/models': {
    about: 'architectures, the module tree',
    imports: ['domain', 'tensor', 'numeric'],
    packages: tensorflow
  },
  'src/hooks': {
    about: 'hook points: names, attachment, collectors',
    imports: ['domain', 'metrics', 'models', 'tensor', 'text'],
    packages: tensorflow
  },
  'src/training': {
    about: 'experiments, trainer, optimizers, schedules',
    imports: ['domain', 'hooks', 'metrics', 'models', 'datasets', 'formats', 'tensor', 'text', 'numeric'],
    packages: tensorflow
  },
  'src/analysis': {
    about: 'sequences, evidence, selection, state identity, training map, runs together',
    imports: ['domain', 'hmm', 'text', 'numeric'],
    packages: ['ml-hclust']
  },
  'src/diagnosis': {
    about: 'rules that say what is wrong with a run, or remarkable, and why',
    imports: ['domain', 'numeric']
  },
  'src/contract': {
    about: 'the protocol between page and host: requests, events, wire format',
    imports: ['domain'],
    packages: ['zod']
  },
  'src/project': {
    about: 'project and run folders, manifests, checkpoints',
    imports: ['domain', 'events', 'formats', 'text'],
    node: true,
    packages: ['zod']
  },
  'src/recordings': {
    about: 'questions to recorded runs: curves, histograms, media, tags, sweeps, analyses',
    imports: [
      ...['domain', 'contract', 'project', 'analysis', 'diagnosis', 'training', 'hooks', 'events'],
      ...['expressions', 'numeric']
    ],
    types: ['hmm/types'],
    node: true
  },
  'src/imports': {
    about: 'runs and networks of other programs: finding, reading, writing them as ours',
    imports: ['domain', 'contract', 'project', 'recordings', 'metrics', 'formats', 'text', 'numeric'],
    node: true,
    packages: ['h5wasm/node', 'hyparquet', 'hyparquet-compressors']
  },
  'src/datasets/stored': {
    about: 'the user’s own data on its way into a project',
    imports: ['domain', 'datasets', 'project', 'formats'],
    node: true
  },
  /** No Node: it is the other end of the channel, in the hidden window's worker. */
  'src/training-run/gpu': {
    about: 'a run that trains in the page with the GPU, and the messages to and from it',
    imports: ['domain', 'training']
  },
  'src/training-run': {
    about: 'one run in its thread: files, backends, metrics, the GPU on the other end of a channel',
    imports: ['domain', 'training-run/gpu', 'contract', 'project', 'training', 'hooks', 'models', 'tensor'],
    node: true,
    packages: [...tensorflow, 'webgpu']
  },
  'src/threads': {
    about: 'the entry of compute workers, and the messages that their tasks make',
    imports: ['domain', 'project', 'recordings', 'imports', 'datasets/stored', 'training-run'],
    node: true
  },
  'src/engine': {
    about: 'jobs, scheduling, the implementation of the contract',
    // Of what runs in threads only the messages, and of those only their types: what computes must never run in the host.
    imports: [
      ...['domain', 'contract', 'project', 'analysis', 'diagnosis', 'training', 'hooks', 'expressions'],
      ...['text', 'numeric']
    ],
    types: [
      'threads/messages',
      'training-run/messages',
      'recordings/run-source',
      'recordings/evaluate-runs',
      'recordings/diagnosis',
      'imports/sources'
    ],
    node: true,
    packages: ['es-module-lexer']
  },
  'src/host': {
    about: 'worker threads, browser host, places',
    imports: ['domain', 'engine', 'contract'],
    node: true,
    packages: ['ws']
  },
  'src/cli': {
    about: 'commands',
    imports: [
      ...['domain', 'engine', 'host', 'contract', 'project', 'analysis', 'training', 'hooks', 'events', 'text'],
      'numeric'
    ],
    node: true
  },
  'src/lib': {
    about: 'what the package exports',
    imports: ['domain', 'hmm', 'metrics', 'events', 'project', 'analysis', 'formats'],
    node: true
  },
  'electron/main': {
    about: 'windows, menu, IPC gate, app protocol',
    imports: ['domain', 'engine', 'host', 'contract', 'project', 'text'],
    node: true,
    packages: ['electron']
  },
  'electron/gpu': {
    about: 'the hidden window that trains on the GPU',
    imports: ['training-run/gpu', 'tensor']
  },
  'electron/preload': {
    about: 'the bridge into the page',
    imports: [],
    packages: ['electron']
  },
  'renderer/ui': {
    about: 'the kit: icons, frames, dialogs, fields, formats of numbers, what components share; knows nothing of runs',
    imports: ['domain', 'text'],
    packages: ['vue', 'naive-ui']
  },
  'renderer/bridge': {
    about: 'the only one who talks to the host',
    imports: ['domain', 'contract'],
    packages: ['zod']
  },
  'renderer/charts': {
    about: 'presenters: data in, events out; a folder a chart with its geometry',
    imports: ['domain', 'contract', 'text', 'renderer/ui'],
    packages: ['vue', 'uplot', 'uplot/*', '@dagrejs/dagre', 'vis-network/*', 'vis-data/*']
  },
  'renderer/state': {
    about: 'what several pages share: project, runs, selection, analyses, preferences',
    imports: ['domain', 'contract', 'text', 'renderer/ui', 'renderer/bridge'],
    packages: ['vue', 'pinia', 'zod']
  },
  'renderer/parts': {
    about: 'what several pages show of runs and recipes',
    imports: ['domain', 'contract', 'text', 'renderer/ui', 'renderer/bridge', 'renderer/state'],
    packages: ['vue', 'naive-ui']
  },
  'renderer/dialogs': {
    about: 'imports, and data of the user’s own, from any page',
    imports: ['domain', 'contract', 'renderer/ui', 'renderer/bridge', 'renderer/state'],
    packages: ['vue', 'pinia', 'naive-ui']
  },
  /** A page owns its state, and knows no other page but where it is said. */
  'renderer/pages/start': {
    about: 'projects, the sample',
    imports: ['contract', 'renderer/ui', 'renderer/bridge', 'renderer/charts', 'renderer/state', 'renderer/dialogs'],
    packages: ['vue']
  },
  'renderer/pages/runs': {
    about: 'the table of runs, log folders, the filter, runs side by side',
    imports: [
      'domain',
      'contract',
      'numeric',
      'renderer/ui',
      'renderer/bridge',
      'renderer/charts',
      'renderer/state',
      'renderer/parts',
      'renderer/dialogs'
    ],
    packages: ['vue', 'pinia', 'naive-ui', 'zod']
  },
  'renderer/pages/design': {
    about: 'experiments, models, hook points',
    imports: [
      'domain',
      'contract',
      'renderer/ui',
      'renderer/bridge',
      'renderer/charts',
      'renderer/state',
      'renderer/parts',
      'renderer/dialogs'
    ],
    packages: ['vue', 'pinia', 'naive-ui']
  },
  'renderer/pages/train': {
    about: 'runs that train and wait, learning rates to compare',
    imports: [
      'domain',
      'contract',
      'renderer/ui',
      'renderer/bridge',
      'renderer/charts',
      'renderer/state',
      'renderer/parts'
    ],
    packages: ['vue', 'pinia', 'naive-ui']
  },
  'renderer/pages/explore': {
    about: 'what runs have recorded, a folder a tab; its state',
    imports: [
      'domain',
      'contract',
      'text',
      'renderer/ui',
      'renderer/bridge',
      'renderer/charts',
      'renderer/state',
      'renderer/parts',
      'renderer/dialogs'
    ],
    packages: ['vue', 'pinia', 'naive-ui', 'marked', 'dompurify', 'zod']
  },
  'renderer/pages/analyze': {
    about: 'phases, models, across runs, a second analysis beside the first',
    imports: [
      'domain',
      'contract',
      'numeric',
      'renderer/ui',
      'renderer/bridge',
      'renderer/charts',
      'renderer/state',
      'renderer/parts'
    ],
    packages: ['vue', 'naive-ui', 'zod', 'apexcharts', 'vue3-apexcharts']
  },
  'renderer/pages/logs': {
    about: 'what has happened',
    imports: ['text', 'renderer/ui', 'renderer/state'],
    packages: ['vue']
  },
  'renderer/pages/settings': {
    about: 'appearance, backends, the project',
    imports: [
      'domain',
      'contract',
      'renderer/ui',
      'renderer/bridge',
      'renderer/state',
      'renderer/parts',
      'renderer/pages/explore'
    ],
    packages: ['vue', 'naive-ui']
  },
  'renderer/shell': {
    about: 'what is around every page: bars, notices, closing, the tour',
    imports: ['domain', 'contract', 'renderer/ui', 'renderer/bridge', 'renderer/state', 'renderer/dialogs'],
    packages: ['vue', 'pinia', 'naive-ui', 'driver.js', 'driver.js/*']
  },
  renderer: {
    about: 'the window: which page is shown',
    imports: [
      ...['renderer/ui', 'renderer/state', 'renderer/dialogs', 'renderer/shell'],
      ...['start', 'runs', 'design', 'train', 'explore', 'analyze', 'logs', 'settings'].map(
        (name) => `renderer/pages/${name}`
      )
    ],
    packages: ['vue', 'pinia', 'naive-ui', '@fontsource-variable/*']
  }
}

/** The entry of `directions` that a file of the repository falls under, the innermost one, or null. */
export function folderOf(path) {
  const parts = path.split('/')
  for (let depth = parts.length - 1; depth > 0; depth--) {
    const folder = parts.slice(0, depth).join('/')
    if (Object.hasOwn(directions, folder)) return folder
  }
  return null
}

/** Tests and their helpers may look at everything, and nothing else may look at them. */
export function isTest(path) {
  return /\.test\.ts$/.test(path) || /(^|\/)testing\//.test(path)
}
