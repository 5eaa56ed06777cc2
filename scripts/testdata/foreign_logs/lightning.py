"""PyTorch Lightning: CSVLogger, hparams.yaml with the seed, and the checkpoints of ModelCheckpoint, for two seeds."""
import csv
import glob
import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from lightning.pytorch.loggers.logger import DummyLogger
from torch.utils.data import DataLoader, TensorDataset
from answers import Answers, number


class Net(lightning.LightningModule):
    def __init__(self, seed, lr=0.05, hidden=8):
        super().__init__()
        self.save_hyperparameters()
        self.layers = torch.nn.Sequential(torch.nn.Linear(4, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 3))

    def training_step(self, batch, index):
        inputs, labels = batch
        loss = torch.nn.functional.cross_entropy(self.layers(inputs), labels)
        self.log('train_loss', loss, on_step=True, on_epoch=True)
        # Undefined for a while, as a ratio of nothing is.
        self.log('margin', float('nan') if self.global_step < 4 else loss * 0.5)
        return loss

    def validation_step(self, batch, index):
        inputs, labels = batch
        outputs = self.layers(inputs)
        self.log('val_loss', torch.nn.functional.cross_entropy(outputs, labels))
        self.log('val_acc', (outputs.argmax(1) == labels).float().mean())

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)


class Given(DummyLogger):
    """Keeps what Lightning gives to every logger."""
    def __init__(self):
        super().__init__()
        self.points = []

    def log_metrics(self, metrics, step=None):
        self.points.append((step, dict(metrics)))


answers = Answers('lightning', lightning.__version__, 'CSVLogger and ModelCheckpoint of a Trainer, 5 epochs of 4 steps',
                  'a second logger of the same Trainer, which was given the same numbers; checked against csv.DictReader')
for version, seed in enumerate([1, 2]):
    lightning.seed_everything(seed)
    inputs = torch.randn(64, 4)
    labels = (inputs[:, 0] > 0).long() + (inputs[:, 1] > 0.5).long()
    data = TensorDataset(inputs, labels)
    given, logger = Given(), CSVLogger('.', name='lightning_logs')
    trainer = lightning.Trainer(
        max_epochs=5, logger=[logger, given], log_every_n_steps=2, accelerator='cpu', enable_progress_bar=False,
        enable_model_summary=False,
        callbacks=[ModelCheckpoint(dirpath=f'{logger.log_dir}/checkpoints', save_top_k=-1, every_n_epochs=2)])
    trainer.fit(Net(seed), DataLoader(data, 16, shuffle=True), DataLoader(data, 64))
    file = f'lightning_logs/version_{version}/metrics.csv'
    run = answers.run(f'version_{version}', seed, file)
    for step, metrics in given.points:
        for name, value in metrics.items():
            if name != 'epoch':
                run.add(name, step, value)
    with open(file, newline='') as opened:
        rows = list(csv.DictReader(opened))
    for name, points in run.answer['series'].items():
        own = [(int(row['step']), number(row[name])) for row in rows if row[name] != '']
        assert own == list(zip(points['steps'], points['values'])), name
    for path in sorted(glob.glob(f'lightning_logs/version_{version}/checkpoints/*.ckpt')):
        saved = torch.load(path, weights_only=True)
        answers.checkpoint(path, saved['global_step'], saved['epoch'], saved['state_dict'])
answers.write()
