/**
 * `npm run truth [-- --sets N] [--from N] [--only NAME,NAME] [--zscore shared|run|all|none] [--runs N]
 * [--emission auto|levels|rates|autoregressive|autoregressive-full] [--jobs N] [--check]`: simulated runs whose phases are
 * known, through the evidence of the application. 100 sets of each family by default, about 40 minutes on two cores; --check takes one
 * of ten runs, and ends with exit code 1 when fewer than two thirds of a kind come out right (a slice for continuous integration).
 */
import { availableParallelism } from 'node:os'
import { parseArgs } from 'node:util'
import { Worker } from 'node:worker_threads'
import { bundle } from './lib/bundle.mjs'

const { values } = parseArgs({
  options: {
    sets: { type: 'string' },
    from: { type: 'string', default: '0' },
    only: { type: 'string' },
    jobs: { type: 'string' },
    zscore: { type: 'string', default: 'shared' },
    runs: { type: 'string' },
    emission: { type: 'string', default: 'auto' },
    check: { type: 'boolean', default: false }
  }
})
const sets = Number(values.sets ?? (values.check ? 1 : 100))
const from = Number(values.from)
const jobs = Number(values.jobs ?? availableParallelism())
const testing = 'src/analysis/evidence/testing'
const programs = await bundle('truth', { families: `${testing}/families.ts`, worker: `${testing}/truth-worker.ts` })
const { families } = await import(programs.families)
const wanted = families.filter(({ name }) => !values.only || values.only.split(',').includes(name))

const began = Date.now()
let [right, asked] = [0, 0]
console.log(
  '| family | truth | right | effect: least, median, most | ARI, median | BIC right | wrong: runs, noise, planted, said |'
)
console.log('| --- | --- | --- | --- | --- | --- | --- |')
for (const { name, truth } of wanted) {
  const judged = await judgedBy(
    Array.from({ length: sets }, (_, i) => ({
      family: name,
      set: from + i,
      zscore: values.zscore,
      emission: values.emission,
      // Ten runs say what forty do, in half of the time.
      count: values.runs ? Number(values.runs) : values.check ? 10 : undefined
    }))
  )
  const good = judged.filter(({ states, phases }) => states === phases)
  const effects = judged.map(({ effect }) => effect).sort((a, b) => a - b)
  const agreements = judged.flatMap(({ agreement }) => agreement ?? []).sort((a, b) => a - b)
  const middle = (list) => list[Math.floor(list.length / 2)]
  const wrong = judged
    .filter(({ states, phases }) => states !== phases)
    .slice(0, 6)
    .map(
      ({ runs, noise, phases, states, by }) =>
        `${runs} ${(100 * noise).toFixed(1)}% ${phases}>${states}${by === 'levels' ? '' : ` by ${by}`}`
    )
  const byBic = judged.filter(({ bic, phases }) => bic === phases).length
  const of = `${good.length} of ${sets}`
  const spread = [effects[0], middle(effects), effects[effects.length - 1]].map((value) => value.toFixed(2)).join(', ')
  const ari = agreements.length > 0 ? middle(agreements).toFixed(3) : ''
  console.log(`| ${name} | ${truth} | ${of} | ${spread} | ${ari} | ${byBic} of ${sets} | ${wrong.join('; ')} |`)
  ;[right, asked] = [right + good.length, asked + sets]
}
console.log(`\n${right} of ${asked} right, in ${((Date.now() - began) / 60_000).toFixed(1)} minutes.`)
process.exit(values.check && right < (2 / 3) * asked ? 1 : 0)

/** Deals tasks out to threads; answers in the order of the tasks. */
function judgedBy(tasks) {
  return new Promise((resolve, reject) => {
    const answers = new Map()
    const waiting = [...tasks]
    const threads = Array.from({ length: Math.min(jobs, tasks.length) }, () => {
      const worker = new Worker(programs.worker)
      worker.on('error', reject)
      worker.on('message', ({ set, judgement }) => {
        answers.set(set, judgement)
        if (answers.size === tasks.length) {
          for (const thread of threads) void thread.terminate()
          resolve(tasks.map((task) => answers.get(task.set)))
        } else next(worker)
      })
      return worker
    })
    const next = (worker) => {
      const task = waiting.shift()
      if (task) worker.postMessage(task)
    }
    threads.forEach(next)
  })
}
