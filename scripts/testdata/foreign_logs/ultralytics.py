"""Ultralytics: the folder runs/classify of two trainings of a small classifier on made pictures."""
import csv
import glob
import os
import shutil
import numpy
from PIL import Image
os.environ['YOLO_OFFLINE'] = 'true'
os.environ['YOLO_AUTOINSTALL'] = 'false'
import ultralytics
from ultralytics import YOLO, settings
from answers import Answers

settings.update({key: False for key in ['sync', 'tensorboard', 'wandb', 'mlflow', 'clearml', 'comet', 'neptune', 'raytune', 'dvc', 'hub'] if key in settings})
random = numpy.random.RandomState(0)
for part, number_of in [('train', 8), ('val', 4)]:
    for kind in range(2):
        os.makedirs(f'pictures/{part}/{"dark" if kind == 0 else "light"}')
        for index in range(number_of):
            pixels = random.randint(0, 128, (32, 32, 3)) + 127 * kind
            Image.fromarray(pixels.astype('uint8')).save(f'pictures/{part}/{"dark" if kind == 0 else "light"}/{index}.png')
answers = Answers('ultralytics', ultralytics.__version__, 'YOLO("yolov8n-cls.yaml").train, 10 epochs; weights and pictures left out for their size',
                  'what a callback on_fit_epoch_end was given; checked against results.csv')
for seed in [1, 2]:
    given = []

    def keep(trainer):
        given.append((trainer.epoch + 1, {**trainer.label_loss_items(trainer.tloss), **trainer.metrics, **trainer.lr}))

    model = YOLO('yolov8n-cls.yaml')
    model.add_callback('on_fit_epoch_end', keep)
    model.train(data=f'{os.getcwd()}/pictures', epochs=10, imgsz=32, batch=8, seed=seed, workers=0, device='cpu', plots=False, pretrained=False,
                project=f'{os.getcwd()}/runs/classify', name=f'train{seed}', verbose=False, amp=False)
    source = f'runs/classify/train{seed}/results.csv'
    run = answers.run(f'train{seed}', seed, source)
    with open(source, newline='') as file:
        rows = list(csv.DictReader(file, skipinitialspace=True))
    print(rows[0], given[0])
    for row, (epoch, values) in zip(rows, given):
        assert int(row['epoch']) == epoch
        for name, value in row.items():
            name = name.strip()
            if name not in ('epoch', 'time'):
                assert abs(float(value) - float(values[name])) <= 1e-4 * max(1, abs(float(value))), name
                # The file has five or six digits of them.
                run.add(name, epoch, value)
    shutil.rmtree(f'runs/classify/train{seed}/weights', ignore_errors=True)
shutil.rmtree('pictures')
answers.write()
