/** Why a file is no run, and what would help: every file that was chosen is accounted for. */

const known: [RegExp, string][] = [
  [/\.gguf$/i, 'weights for llama.cpp, which is not read: convert them to safetensors'],
  [/\.distcp$|(^|\/)\.metadata$/i, 'part of a distributed PyTorch checkpoint: join it with torch.distributed.checkpoint.format_utils (dcp_to_torch_save)'], // prettier-ignore
  [/\.msgpack$/i, 'weights of Flax, which are not read: save them as safetensors or npz'],
  [/\.(orbax|ocdbt)|(^|\/)(d|_METADATA|manifest\.ocdbt|_sharding)$|(^|\/)checkpoint$/i, 'part of a checkpoint of Orbax or TensorFlow, which is not read: save the weights as safetensors, npz or Keras'], // prettier-ignore
  [/\.(index|data-\d{5}-of-\d{5}|meta)$/i, 'part of a TensorFlow checkpoint, which is not read: save it as .keras or .weights.h5'], // prettier-ignore
  [/\.(pb|tflite|onnx|mlmodel|engine)$/i, 'a network for use and not for training, which is not read: save its weights as safetensors, npz or Keras'], // prettier-ignore
  [/\.wandb$/i, 'an offline file of Weights & Biases, which is not read: run "wandb sync", and export the history as CSV or Parquet'], // prettier-ignore
  [/(^|\/)(thumbs\.db|desktop\.ini|ehthumbs\.db)$/i, 'of the system, not of the data'],
  [/\.(db|sqlite3?|db-wal|db-shm)$/i, 'a database, which is not read: export its runs as CSV, JSON or Parquet'],
  [/\.(zip|tar|tgz|tar\.gz|7z|rar)$/i, 'an archive: unpack it, what lies in it is read (of a Stable-Baselines3 model, policy.pth)'], // prettier-ignore
  [/\.(pkl|pickle|joblib|dill)$/i, 'a pickle, which could run any code and is not read: save tables as CSV or Parquet, weights with torch.save'], // prettier-ignore
  [/\.(xlsx?|ods|numbers)$/i, 'a spreadsheet: save it as CSV'],
  [/\.(feather|arrow|avro|orc|mat|rds)$/i, 'a table that is not read: save it as CSV or Parquet'],
  [/\.(gz|bz2|xz|zst|lz4)$/i, 'is compressed: unpack it'],
  [/\.(png|jpe?g|gif|svg|webp|pdf|mp4|webm|bmp|tiff?)$/i, 'a picture'],
  [/\.(py|ipynb|sh|bat|js|ts|cpp|cu|c|h|rs|jl|r|m)$/i, 'a program'],
  [/\.(md|rst|html?|css|tex)$/i, 'a text for people'],
  [/\.(ya?ml|toml|ini|cfg|conf|env|lock)$/i, 'settings'],
  [/(^|\/)(optim(izer)?|scheduler|rng_state|random_states?|scaler|training_args|distrib_optim|sampler)[^/]*$|optim_states?\.(pt|bin)$/i, 'state of the training program and not of the model'] // prettier-ignore
]
const settings =
  /(^|[^a-z])(config|configs|configuration|settings?|hparams|hyperparams|hyperparameters|params|args|arguments|options|metadata|tokenizer|vocab|special_tokens_map|added_tokens|generation_config|package|requirements)([^a-z]|$)/i // prettier-ignore

/** What a file seems to be by its name, and what would help; null where the name tells nothing. */
export function knownAs(file: string): string | null {
  return known.find(([pattern]) => pattern.test(file))?.[1] ?? null
}

export function isSettings(file: string): boolean {
  return settings.test(file.slice(file.lastIndexOf('/') + 1))
}

/** A reason that follows "not read:". */
export function whyLeft(file: string): string {
  const named = knownAs(file)
  if (named !== null) return named
  if (isSettings(file)) return 'settings'
  if (/\.json$/i.test(file)) return 'a JSON document without recorded series'
  if (/\.(txt|log|dat)$/i.test(file)) return 'a text that is no table'
  return 'of a kind that is not read'
}
