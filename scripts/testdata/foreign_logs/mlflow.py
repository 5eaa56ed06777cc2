"""MLflow: a file store (mlruns) with two finished runs of one experiment."""
import logging
import os
os.environ['MLFLOW_DISABLE_TELEMETRY'] = 'true'
# Without it MLflow 3 refuses to make folders of runs: new projects have a database instead.
os.environ['MLFLOW_ALLOW_FILE_STORE'] = 'true'
import mlflow
from answers import Answers, curve

mlflow.set_tracking_uri(f'file://{os.getcwd()}/mlruns')
mlflow.set_experiment('digits')
client = mlflow.MlflowClient()
ids = []
for seed in [1, 2]:
    with mlflow.start_run(run_name=f'mlp-seed{seed}', tags={'stage': 'baseline'}) as started:
        ids.append(started.info.run_id)
        mlflow.log_params({'seed': seed, 'lr': 0.01, 'optimizer': 'adamw'})
        for step in range(0, 40, 2):
            mlflow.log_metric('train_loss', curve(seed, step), step=step)
            if step % 10 == 0:
                mlflow.log_metrics({'val/loss': curve(seed, step) + 0.1, 'val/accuracy': 1 - curve(seed, step, 0.9)}, step=step)
        # Undefined once, and a metric that is logged without a step.
        mlflow.log_metric('val/f1', float('nan'), step=0)
        mlflow.log_metric('val/f1', 0.5, step=10)
        mlflow.log_metric('best', 0.25)
        mlflow.log_text('lr: 0.01\n', 'config.yaml')
answers = Answers('mlflow', mlflow.__version__, 'log_metric, log_params and log_text to a file store', 'MlflowClient.get_metric_history')
for run_id in ids:
    info = client.get_run(run_id)
    run = answers.run(info.info.run_name, int(info.data.params['seed']), f'mlruns/{info.info.experiment_id}/{run_id}')
    for name in info.data.metrics:
        for metric in client.get_metric_history(run_id, name):
            run.add(name, metric.step, metric.value)
answers.write()
