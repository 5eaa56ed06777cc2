"""
PyTorch Lightning on a task that is learnt late and at once: the parity of three bits of twelve. CSVLogger, hparams.yaml with the
seed, and a checkpoint of the weights at every fourth epoch, for two seeds: long enough for states to be fitted.
"""
import csv
import glob
import lightning
import torch
from lightning.pytorch.callbacks import ModelCheckpoint
from lightning.pytorch.loggers import CSVLogger
from torch.utils.data import DataLoader, TensorDataset
from answers import Answers, number


class Net(lightning.LightningModule):
    def __init__(self, seed, lr=0.01, hidden=16):
        super().__init__()
        self.save_hyperparameters()
        self.layers = torch.nn.Sequential(torch.nn.Linear(12, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 2))

    def training_step(self, batch, index):
        inputs, labels = batch
        loss = torch.nn.functional.cross_entropy(self.layers(inputs), labels)
        self.log('train_loss', loss, on_step=False, on_epoch=True)
        return loss

    def validation_step(self, batch, index):
        inputs, labels = batch
        outputs = self.layers(inputs)
        self.log('val_loss', torch.nn.functional.cross_entropy(outputs, labels))
        self.log('val_acc', (outputs.argmax(1) == labels).float().mean())

    def configure_optimizers(self):
        return torch.optim.AdamW(self.parameters(), lr=self.hparams.lr, weight_decay=0.1)


def examples(count):
    bits = torch.randint(0, 2, (count, 12)).float() * 2 - 1
    return TensorDataset(bits, (bits[:, :3].prod(1) > 0).long())


answers = Answers('lightning-phases', lightning.__version__, 'CSVLogger and ModelCheckpoint of a Trainer, 80 epochs of 8 steps',
                  'csv.DictReader of its metrics.csv, and torch.load')
for version, seed in enumerate([1, 2]):
    lightning.seed_everything(seed)
    logger = CSVLogger('.', name='lightning_logs')
    trainer = lightning.Trainer(
        max_epochs=80, logger=logger, log_every_n_steps=8, accelerator='cpu', enable_progress_bar=False, enable_model_summary=False,
        callbacks=[ModelCheckpoint(dirpath=f'{logger.log_dir}/checkpoints', save_top_k=-1, every_n_epochs=4, save_weights_only=True)])
    trainer.fit(Net(seed), DataLoader(examples(512), 64, shuffle=True), DataLoader(examples(512), 512))
    file = f'lightning_logs/version_{version}/metrics.csv'
    run = answers.run(f'version_{version}', seed, file)
    with open(file, newline='') as opened:
        for row in csv.DictReader(opened):
            for name, text in row.items():
                if name not in ('step', 'epoch') and text != '':
                    run.add(name, int(row['step']), number(text))
    # What is in one checkpoint stands for what is in all: they would be half a megabyte of numbers.
    for path in glob.glob(f'lightning_logs/version_{version}/checkpoints/epoch=79-*.ckpt'):
        saved = torch.load(path, weights_only=True)
        answers.checkpoint(path, saved['global_step'], saved['epoch'], saved['state_dict'])
answers.write()
