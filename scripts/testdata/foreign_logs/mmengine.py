"""OpenMMLab's mmengine: a work_dir of a Runner with LoggerHook, LocalVisBackend and CheckpointHook, for two seeds."""
import glob
import json
import logging
import mmengine
import torch
from mmengine.model import BaseModel
from mmengine.registry import METRICS, VISBACKENDS
from mmengine.evaluator import BaseMetric
from mmengine.runner import Runner
from mmengine.visualization import BaseVisBackend
from answers import Answers, number


class Net(BaseModel):
    def __init__(self):
        super().__init__()
        self.layers = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))

    def forward(self, inputs, labels, mode='tensor'):
        outputs = self.layers(inputs)
        if mode == 'loss':
            return {'loss': torch.nn.functional.cross_entropy(outputs, labels)}
        return outputs, labels


@METRICS.register_module()
class Accuracy(BaseMetric):
    def process(self, data_batch, data_samples):
        outputs, labels = data_samples
        self.results.append({'correct': (outputs.argmax(1) == labels).sum().item(), 'size': len(labels)})

    def compute_metrics(self, results):
        return {'accuracy': sum(r['correct'] for r in results) / sum(r['size'] for r in results)}


@VISBACKENDS.register_module()
class Given(BaseVisBackend):
    """Keeps what mmengine gives to every backend."""
    points = []

    def _init_env(self):
        pass

    @property
    def experiment(self):
        return self

    def add_config(self, *arguments, **named):
        pass

    def add_scalar(self, name, value, step=0, **named):
        self.points.append((name, step, number(value)))

    def add_scalars(self, scalar_dict, step=0, file_path=None, **named):
        for name, value in scalar_dict.items():
            if name != 'step':
                self.add_scalar(name, value, scalar_dict.get('step', step))


answers = Answers('mmengine', mmengine.__version__, 'Runner with LoggerHook (every 5 iterations), LocalVisBackend and CheckpointHook, 4 epochs of 8',
                  'a second vis backend of the same Runner, which was given the same numbers; checked against scalars.json')
for seed in [1, 2]:
    torch.manual_seed(seed)
    inputs = torch.randn(64, 4)
    labels = (inputs[:, 0] > 0).long() + (inputs[:, 1] > 0.5).long()
    dataset = list(zip(inputs, labels))
    loader = {'batch_size': 8, 'num_workers': 0, 'collate_fn': {'type': 'default_collate'}, 'dataset': dataset, 'sampler': {'type': 'DefaultSampler', 'shuffle': True}}
    Given.points = []
    runner = Runner(
        Net(), f'work_dirs/mlp_seed{seed}', train_dataloader=loader, val_dataloader={**loader, 'sampler': {'type': 'DefaultSampler', 'shuffle': False}},
        train_cfg={'by_epoch': True, 'max_epochs': 4, 'val_interval': 1}, val_cfg={}, val_evaluator={'type': 'Accuracy'},
        optim_wrapper={'optimizer': {'type': 'SGD', 'lr': 0.1}}, randomness={'seed': seed},
        default_hooks={'logger': {'type': 'LoggerHook', 'interval': 5}, 'checkpoint': {'type': 'CheckpointHook', 'interval': 2}},
        visualizer={'type': 'Visualizer', 'vis_backends': [{'type': 'LocalVisBackend'}, {'type': 'Given'}]},
        experiment_name=f'mlp_seed{seed}', cfg=mmengine.Config({'seed': seed, 'lr': 0.1, 'model': {'hidden': 8}}))
    runner.train()
    logging.shutdown()
    [file] = glob.glob(f'work_dirs/mlp_seed{seed}/*/vis_data/scalars.json')
    run = answers.run(f'mlp_seed{seed}', seed, file)
    for name, step, value in Given.points:
        run.add(name, step, value)
    with open(file) as opened:
        lines = [json.loads(line) for line in opened]
    for name, points in run.answer['series'].items():
        own = [(line['step'], number(line[name])) for line in lines if name in line]
        assert own == list(zip(points['steps'], points['values'])), name
    for path in sorted(glob.glob(f'work_dirs/mlp_seed{seed}/*.pth')):
        saved = torch.load(path, weights_only=False)
        answers.checkpoint(path, saved['meta']['iter'], saved['meta']['epoch'], saved['state_dict'])
answers.write()
