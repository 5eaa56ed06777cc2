"""PyTorch Lightning with the logger that it has by default where TensorBoard is installed, for two seeds."""
import glob
import lightning
import torch
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from torch.utils.data import DataLoader, TensorDataset
from answers import Answers


class Net(lightning.LightningModule):
    def __init__(self, seed, lr=0.05, hidden=8):
        super().__init__()
        self.save_hyperparameters()
        self.layers = torch.nn.Sequential(torch.nn.Linear(4, hidden), torch.nn.ReLU(), torch.nn.Linear(hidden, 3))

    def training_step(self, batch, index):
        inputs, labels = batch
        loss = torch.nn.functional.cross_entropy(self.layers(inputs), labels)
        self.log('train_loss', loss)
        return loss

    def validation_step(self, batch, index):
        inputs, labels = batch
        self.log('val_loss', torch.nn.functional.cross_entropy(self.layers(inputs), labels))

    def configure_optimizers(self):
        return torch.optim.Adam(self.parameters(), lr=self.hparams.lr)


answers = Answers('lightning-tensorboard', lightning.__version__, "Trainer with its default logger and its default checkpoint, 5 epochs of 4 steps",
                  "TensorBoard's EventAccumulator (float32 values)")
for version, seed in enumerate([1, 2]):
    lightning.seed_everything(seed)
    inputs = torch.randn(64, 4)
    labels = (inputs[:, 0] > 0).long() + (inputs[:, 1] > 0.5).long()
    data = TensorDataset(inputs, labels)
    trainer = lightning.Trainer(max_epochs=5, log_every_n_steps=2, accelerator='cpu', enable_progress_bar=False, enable_model_summary=False)
    trainer.fit(Net(seed), DataLoader(data, 16, shuffle=True), DataLoader(data, 64))
    folder = f'lightning_logs/version_{version}'
    [file] = glob.glob(f'{folder}/events.out.tfevents.*')
    run = answers.run(f'version_{version}', seed, file)
    events = EventAccumulator(file, {'scalars': 0}).Reload()
    for tag in events.Tags()['scalars']:
        for event in events.Scalars(tag):
            run.add(tag, event.step, event.value)
    for path in sorted(glob.glob(f'{folder}/checkpoints/*.ckpt')):
        saved = torch.load(path, weights_only=True)
        answers.checkpoint(path, saved['global_step'], saved['epoch'], saved['state_dict'])
answers.write()
