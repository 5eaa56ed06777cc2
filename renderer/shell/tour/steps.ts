/**
 * What the tour says, place by place, on the sample project. Its sentences answer what people ask before such pictures: what is
 * a state, are there any, what do the colours mean, which of them are healthy, what about values beyond the range.
 */
import type { Page } from '../../state/project'

export interface TourStep {
  page: Page
  /** What is pointed at; null: the whole window. */
  place: string | null
  title: string
  text: string
  /** What is chosen in the views meanwhile: the first transition of the map, or nothing. */
  select?: 'transition'
}

export const tourSteps: readonly TourStep[] = [
  {
    page: 'analyze',
    place: '[aria-label="Training map"]',
    title: 'The training map',
    text: 'Ten runs of one network, from ten seeds. Each circle is a state: a stretch of training in which the recorded metrics behave alike. An arrow is a transition that has happened and its probability. Here all runs learn their few examples by heart first, and generalise later.'
  },
  {
    page: 'analyze',
    place: '[data-test="trust"]',
    title: 'Are there phases at all?',
    text: 'A model with states can be fitted to anything, even to a slope. So this line comes first: how much better the states tell these runs than runs drawn with the same drift and no phases, how many fits from other starts agree, and how much of it is told by time alone. Where there is no evidence, it says so.'
  },
  {
    page: 'analyze',
    place: '[aria-label="State ribbon"]',
    title: 'Every row is a run',
    text: 'Colours are states, from the first epoch to the last. Click a row and every other view shows that run. What happens in all rows at about the same place does not hang on chance.'
  },
  {
    page: 'analyze',
    place: '[aria-label="Metrics"]',
    title: 'Curves wear the colours, too',
    text: 'Any recorded metric, coloured by state. Move the pointer over a curve, the ribbon or the map: the same moment is marked everywhere. Arrow keys do the same.'
  },
  {
    page: 'analyze',
    place: '[aria-label="Activations"]',
    title: 'What the colours of activations mean',
    text: 'A column is one batch, a row a range of values, the colour how many activations lie there: the bar at the right has the counts, and where there are none is the background. Lines are the mean and one standard deviation. The bands above and below count what lies beyond the range: a little is harmless, more and more of it is not. A layer whose values stay at zero is dead; one whose picture changes only after many epochs began late.'
  },
  {
    page: 'analyze',
    place: '.panel.inspector, [aria-label="Transition"]',
    title: 'What drives a transition',
    text: 'A click on an arrow shows which metrics change there and how far, in every seed that takes it, and when. A click on a circle shows how a state differs from the others.',
    select: 'transition'
  },
  {
    page: 'explore',
    place: '[data-test="cards"]',
    title: 'Everything that was recorded',
    text: 'Curves, histograms, images, texts, graphs and hyperparameters of all runs, smoothed and grouped as you know it from TensorBoard, whose files are read as they are. “Colour by state” paints the phases on every curve.'
  },
  {
    page: 'runs',
    place: '[data-test="filter"]',
    title: 'Find runs by what they did',
    text: 'Words, or expressions such as lr > 1e-3 and last("accuracy/val") > 0.9. Columns, groups, tags, stars and comparisons are below.'
  },
  {
    page: 'design',
    place: null,
    title: 'Now your own',
    text: 'Pick an experiment here, click hook points on its model and train some seeds. Or drop TensorBoard logs, CSV files or checkpoints anywhere on the window: states are found in those just the same. This tour is in the palette and in the Help menu.'
  }
]
