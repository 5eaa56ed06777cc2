"""pyarrow: the history of a run as Weights & Biases exports it, in three compressions."""
import os
import pyarrow
import pyarrow.parquet
from answers import Answers, curve

answers = Answers('parquet', pyarrow.__version__, 'pyarrow.parquet.write_table of a history as Weights & Biases exports it, 24 rows', 'pyarrow.parquet.read_table')
os.makedirs('history')
for seed, compression in [(1, 'snappy'), (2, 'zstd'), (3, 'none')]:
    steps = range(0, 24)
    table = pyarrow.table({
        '_step': pyarrow.array(steps, pyarrow.int64()),
        '_runtime': pyarrow.array([0.5 * step for step in steps], pyarrow.float64()),
        '_timestamp': pyarrow.array([1767600000.25 + step for step in steps], pyarrow.float64()),
        'loss': pyarrow.array([curve(seed, step) for step in steps], pyarrow.float64()),
        # Logged at every sixth step, and undefined at the first.
        'val/loss': pyarrow.array([None if step % 6 else float('nan') if step == 0 else curve(seed, step) + 0.1 for step in steps], pyarrow.float64()),
        'accuracy': pyarrow.array([1 - curve(seed, step, 0.9) for step in steps], pyarrow.float32()),
        'epoch': pyarrow.array([step // 6 for step in steps], pyarrow.int32()),
        'seed': pyarrow.array([seed for _ in steps], pyarrow.int64()),
        'phase': pyarrow.array(['warmup' if step < 6 else 'train' for step in steps], pyarrow.string())
    })
    file = f'history/seed{seed}-{compression}.parquet'
    pyarrow.parquet.write_table(table, file, compression=compression, row_group_size=10)
    run = answers.run(f'seed{seed}-{compression}', seed, file)
    for row in pyarrow.parquet.read_table(file).to_pylist():
        for name in ['loss', 'val/loss', 'accuracy', 'epoch']:
            if row[name] is not None:
                run.add(name, row['_step'], row[name])
answers.write()
