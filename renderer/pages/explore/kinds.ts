/** Plugins whose records hold graphs. */
export const graphKinds: readonly string[] = [
  'graphs',
  'graph_run_metadata',
  'graph_run_metadata_graph',
  'graph_tagged_run_metadata',
  'graph_keras_model'
]
