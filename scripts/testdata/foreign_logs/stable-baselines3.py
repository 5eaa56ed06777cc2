"""Stable-Baselines3: PPO's progress.csv, progress.json and log.txt, the Monitor's CSV and evaluations.npz, for two seeds."""
import functools
import gymnasium
import numpy
import pandas
import stable_baselines3
from stable_baselines3 import PPO
from stable_baselines3.common import save_util
from stable_baselines3.common.callbacks import EvalCallback
from stable_baselines3.common.logger import KVWriter, configure, filter_excluded_keys
from stable_baselines3.common.monitor import Monitor, load_results
from answers import Answers

# A saved model names the system that it was made on; this one is nobody's business here.
system_info = ({'OS': 'Linux', 'Stable-Baselines3': stable_baselines3.__version__}, f'- OS: Linux\n- Stable-Baselines3: {stable_baselines3.__version__}\n')
save_util.get_system_info = lambda print_info=True: system_info


class Given(KVWriter):
    """Keeps what Stable-Baselines3 gives to the writers of CSV and of JSON."""
    def __init__(self):
        self.points = []

    def write(self, key_values, key_excluded, step=0):
        self.points.append(dict(filter_excluded_keys(key_values, key_excluded, 'csv')))

    def close(self):
        pass


answers = Answers('stable-baselines3', stable_baselines3.__version__, 'PPO on CartPole-v1, 10 iterations of 64 steps, with Monitor and EvalCallback',
                  'a KVWriter beside those of CSV and JSON, which was given the same numbers, checked against pandas; monitor.load_results; numpy.load')
for seed in [1, 2]:
    folder = f'logs/ppo_seed{seed}'
    environment = Monitor(gymnasium.make('CartPole-v1'), f'{folder}/0')
    model = PPO('MlpPolicy', environment, n_steps=64, batch_size=32, n_epochs=2, seed=seed, device='cpu',
                policy_kwargs={'net_arch': [8]})
    model.set_logger(configure(folder, ['csv', 'json', 'log']))
    given = Given()
    model.logger.output_formats.append(given)
    evaluation = EvalCallback(Monitor(gymnasium.make('CartPole-v1')), eval_freq=128, n_eval_episodes=3, log_path=folder,
                              best_model_save_path=folder, verbose=0)
    model.learn(640, callback=evaluation)
    model.logger.close()
    for source, read in [('progress.csv', pandas.read_csv), ('progress.json', functools.partial(pandas.read_json, lines=True, precise_float=True))]:
        run = answers.run(f'ppo_seed{seed}', seed, f'{folder}/{source}')
        frame = read(f'{folder}/{source}')
        for row, given_row in enumerate(given.points):
            for name, value in given_row.items():
                assert numpy.isclose(frame[name][row], float(value), rtol=1e-6), name
                # PyTorch's numbers are float32, and the file has the digits that tell them from their neighbours.
                run.add(name, given_row['time/total_timesteps'], frame[name][row])
    run = answers.run(f'ppo_seed{seed} episodes', seed, f'{folder}/0.monitor.csv')
    for episode, row in enumerate(load_results(folder).itertuples()):
        for name in ['r', 'l', 't']:
            # load_results adds the start of the recording to t and takes it away again; the file has six digits.
            run.add(name, episode, round(getattr(row, name), 6))
    run = answers.run(f'ppo_seed{seed} evaluations', seed, f'{folder}/evaluations.npz')
    saved = numpy.load(f'{folder}/evaluations.npz')
    for step, results, lengths in zip(saved['timesteps'], saved['results'], saved['ep_lengths']):
        run.add('mean of results', step, results.mean())
        run.add('mean of ep_lengths', step, lengths.mean())
answers.write()
