/** Faults of the data: seen before the first update, and the cause of much that follows. */
import { tagOf, tagPart } from '../../domain/tags'
import { endOf } from '../courses'
import { atLeast, severityBy } from '../outcome'
import { rule, shareOf } from '../rule'
import { percent, value } from '../words'

const none = { hooks: [], since: null, change: null, evidence: [] }

export const badInputs = rule({
  id: 'bad-inputs',
  formula:
    'Number of NaN and infinite values among the inputs and targets of the training examples and of the evaluated validation examples, above 0.',
  source: 'Arithmetic: one NaN in a batch makes every gradient of it NaN.',
  advice:
    'Find where they come from (empty cells, a division by zero in preparing the data), and fill or leave them out.',
  thresholds: {},
  explains: [
    ...(['diverged', 'stuck', 'rate-too-high', 'rate-too-low'] as const),
    ...(['vanishing-gradients', 'update-ratio', 'layer-imbalance'] as const)
  ],
  judge({ facts }) {
    const { inputs, targets, validation } = facts?.nonFinite ?? { inputs: 0, targets: 0, validation: 0 }
    const parts = [
      [inputs, 'inputs of training examples'] as const,
      [targets, 'targets of training examples'] as const,
      [validation, 'numbers of validation examples'] as const
    ].filter(([count]) => count > 0)
    if (parts.length === 0) return []
    const text = `NaN or infinite: ${parts.map(([count, what]) => `${count} ${what}`).join(', ')}.`
    const trains = inputs + targets > 0
    const remedy = trains
      ? 'Fill or leave out these values before training: one of them makes every gradient of its batch NaN.'
      : 'Fill or leave out these values: losses and accuracies of validation cannot be computed with them.'
    return [{ ...none, severity: trains ? 'problem' : 'warning', text, remedy }]
  }
})

export const constantInputs = rule({
  id: 'constant-inputs',
  formula: 'Share of the input numbers that are the same for all training examples (of at most 2,000 of them).',
  source:
    'A constant carries no information; the threshold is ours (borders of pictures are constant in a healthy way).',
  advice:
    'Look at some examples on the Design page. Usually the file was read wrongly: a wrong key, a wrong column, zeros.',
  thresholds: { share: shareOf('Share of the inputs from which the rule speaks', 0.9) },
  explains: [
    'stuck',
    'dead-units',
    'rate-too-high',
    'rate-too-low',
    'underfitting',
    'plateau',
    'vanishing-gradients',
    'update-ratio',
    'layer-imbalance',
    'ended-early'
  ],
  judge({ facts }, { share }, outcome) {
    const constant = facts?.inputs?.constant ?? 0
    if (constant < share) return []
    const all = constant === 1
    const text = all
      ? 'All inputs are the same for every example: there is nothing to tell examples apart by.'
      : `${percent(constant)} of the inputs are the same for every example.`
    const remedy = 'Look at the examples on the Design page: were they read from the right key, column or folder?'
    return [{ ...none, severity: all ? 'problem' : atLeast('warning', severityBy(outcome)), text, remedy }]
  }
})

export const leak = rule({
  id: 'leak',
  formula:
    'Share of the evaluated validation examples whose inputs equal those of a training example, number by number.',
  source: 'Kaufman et al. 2012, Leakage in Data Mining; the threshold is ours.',
  advice:
    'Split by what the examples come from (patient, document, source picture), and remove doubles before splitting.',
  thresholds: { share: shareOf('Share of the validation examples from which the rule speaks', 0.02) },
  judge({ facts }, { share }) {
    const shared = facts?.shared ?? 0
    if (shared < share || shared === 0) return []
    const text = `${percent(shared)} of the validation examples are training examples, too: their loss and accuracy say nothing about unseen ones.`
    const remedy = 'Remove doubles before the data are split, or split by what the examples come from.'
    return [{ ...none, severity: shared >= 0.1 ? 'problem' : 'warning', text, remedy }]
  }
})

export const inputScale = rule({
  id: 'input-scale',
  formula: 'Standard deviation of all inputs, and their mean divided by it, over at most 2,000 training examples.',
  source: 'LeCun et al. 1998, Efficient BackProp, section 4.3: inputs with mean 0 and equal, moderate variance.',
  advice: 'Bring each input to mean 0 and deviation 1, or to 0 to 1 (the parameter Scaling of your own data does it).',
  thresholds: {
    large: { about: 'Standard deviation above which inputs are large', usual: 10, min: 0, max: 1e12 },
    small: { about: 'Standard deviation below which inputs are small', usual: 0.01, min: 0, max: 1 },
    offset: { about: 'Mean, in standard deviations, above which inputs are far from 0', usual: 10, min: 0, max: 1e12 }
  },
  explains: [
    'stuck',
    'rate-too-high',
    'rate-too-low',
    'vanishing-gradients',
    'update-ratio',
    'layer-imbalance',
    'ended-early'
  ],
  judge({ facts, params }, { large, small, offset }, outcome) {
    const inputs = facts?.inputs
    // Where nothing changes, or something is no number, that is said by itself.
    if (!inputs || facts.nonFinite.inputs > 0 || inputs.std === 0) return []
    const { mean, std } = inputs
    const shift = Math.abs(mean) / std
    if (std <= large && std >= small && shift <= offset) return []
    const text =
      shift > offset
        ? `The inputs are ${value(mean)} on average and differ by ${value(std)}: hardly anything of them tells examples apart.`
        : `The inputs have a standard deviation of ${value(std)}, where networks are made for about 1.`
    const canScale = params !== null && 'scaling' in params
    const remedy = canScale
      ? 'Scale each column to mean 0 and deviation 1 (Scaling).'
      : 'Scale the inputs to mean 0 and deviation 1 before training.'
    return [{ ...none, severity: severityBy(outcome), text, remedy, change: canScale ? { scaling: 'standard' } : null }]
  }
})

export const classImbalance = rule({
  id: 'class-imbalance',
  formula:
    'Share of the rarest class among the training examples, times the number of classes (1 where all are as frequent); and its accuracy on validation beside that of all.',
  source: 'He & Garcia 2009, Learning from Imbalanced Data; the thresholds are ours.',
  advice:
    'Weigh the classes in the loss (Class weights: balanced), or train on more of the rare ones; judge by recall and F1, not by accuracy.',
  thresholds: {
    share: {
      about: 'Share of the rarest class, times the number of classes, below which it is rare',
      usual: 0.2,
      min: 0,
      max: 1
    },
    behind: shareOf('Share of the whole accuracy below which the class is left behind', 0.5)
  },
  explains: ['stuck', 'memorised', 'underfitting'],
  judge(run, { share, behind }) {
    const { facts, outcomes, params, ended } = run
    if (!facts?.rarest || facts.rarest.share * facts.classes >= share) return []
    const { rarest, commonest } = facts
    const tag = tagOf.accuracyOf('val', tagPart(rarest.name))
    const [own, whole] = [run.series(tag), outcomes.valAccuracy?.course]
    const accuracies = own && whole && ended ? { own: endOf(own), whole: endOf(whole) } : null
    const isBehind = accuracies !== null && accuracies.own < behind * accuracies.whole
    const often = commonest ? `; ${commonest.name} makes up ${percent(commonest.share)}` : ''
    const right = accuracies
      ? ` Of its validation examples ${percent(accuracies.own)} are right, of all ${percent(accuracies.whole)}.`
      : ''
    const text = `Class ${rarest.name} makes up ${percent(rarest.share)} of the training examples${often}.${right}`
    const canWeigh = isBehind && params?.classWeights === 'none'
    const remedy = canWeigh
      ? 'Weigh the classes in the loss (Class weights: balanced), and judge by recall and F1, not by accuracy.'
      : 'Judge by recall and F1, not by accuracy; more examples of the rare class help most.'
    return [
      {
        ...none,
        severity: isBehind ? 'problem' : 'note',
        text,
        remedy,
        change: canWeigh ? { classWeights: 'balanced' } : null,
        evidence: own ? [{ tag, limit: null }] : []
      }
    ]
  }
})
