"""fastai: the history.csv of CSVLogger, for two seeds and with one that was gone on with."""
import csv
import os
import fastai
import torch
from fastai.callback.progress import CSVLogger
from fastai.data.core import DataLoaders
from fastai.data.load import DataLoader
from fastai.learner import Learner
from fastai.metrics import accuracy
from fastai.torch_core import set_seed
from answers import Answers

answers = Answers('fastai', fastai.__version__, 'CSVLogger in Learner.fit, 10 epochs', "CSVLogger.read_log, which is pandas' read_csv")
os.makedirs('logs')
for seed in [1, 2]:
    set_seed(seed)
    inputs = torch.randn(64, 4)
    labels = (inputs[:, 0] > 0).long() + (inputs[:, 1] > 0.5).long()
    dataset = list(zip(inputs, labels))
    data = DataLoaders(DataLoader(dataset, bs=16, shuffle=True, num_workers=0), DataLoader(dataset, bs=64, num_workers=0))
    net = torch.nn.Sequential(torch.nn.Linear(4, 8), torch.nn.ReLU(), torch.nn.Linear(8, 3))
    learner = Learner(data, net, loss_func=torch.nn.CrossEntropyLoss(), metrics=accuracy, path='logs', cbs=CSVLogger(f'history_seed{seed}.csv'))
    with learner.no_bar():
        learner.fit(10, 0.02)
    run = answers.run(f'history_seed{seed}', seed, f'logs/history_seed{seed}.csv')
    table = learner.csv_logger.read_log()
    for name in ['train_loss', 'valid_loss', 'accuracy']:
        for epoch, value in zip(table['epoch'], table[name]):
            run.add(name, epoch, value)
answers.write()
