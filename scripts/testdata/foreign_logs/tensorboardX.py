"""tensorboardX: event files of two runs; that of the second is gzipped as well."""
import gzip
import os
import tensorboardX
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from answers import Answers, curve

answers = Answers('tensorboardX', tensorboardX.__version__, 'SummaryWriter, 20 steps; runs/seed_2-gz is the file of seed_2 by Python\'s gzip',
                  "TensorBoard's EventAccumulator (float32 values)")
for seed in [1, 2]:
    folder = f'runs/seed_{seed}'
    with tensorboardX.SummaryWriter(folder) as writer:
        writer.add_text('config', f'seed: {seed}')
        for step in range(20):
            writer.add_scalar('loss/train', curve(seed, step), step)
            if step % 5 == 0:
                writer.add_scalar('loss/val', float('nan') if step == 0 else curve(seed, step) + 0.1, step)
        writer.add_histogram('weights', [0.1 * i for i in range(20)], 19)
    events = EventAccumulator(folder, {'scalars': 0}).Reload()
    name = os.listdir(folder)[0]
    sources = [f'{folder}/{name}']
    if seed == 2:
        os.makedirs(f'{folder}-gz')
        sources.append(f'{folder}-gz/{name}.gz')
        with open(f'{folder}/{name}', 'rb') as file, gzip.open(sources[1], 'wb') as packed:
            packed.write(file.read())
    for source in sources:
        run = answers.run(os.path.basename(os.path.dirname(source)), seed, source)
        for tag in events.Tags()['scalars']:
            for event in events.Scalars(tag):
                run.add(tag, event.step, event.value)
answers.write()
