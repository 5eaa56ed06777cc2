"""Hugging Face Transformers: a Trainer's output folder with its checkpoints, for two seeds of a very small GPT-2."""
import glob
import torch
import transformers
from safetensors.torch import load_file
from transformers import GPT2Config, GPT2LMHeadModel, Trainer, TrainingArguments
from transformers.trainer_callback import TrainerState
from answers import Answers


class Counting(torch.utils.data.Dataset):
    """Sequences that count upwards by one, modulo eleven."""
    def __len__(self):
        return 48

    def __getitem__(self, index):
        tokens = (torch.arange(8) + index) % 11
        return {'input_ids': tokens, 'labels': tokens}


answers = Answers('transformers', transformers.__version__, 'Trainer of a GPT-2 with one layer of width 8, 20 steps',
                  'TrainerState.load_from_json of the output folder; safetensors.torch.load_file for the checkpoints')
for seed in [1, 2]:
    folder = f'gpt2-counting-seed{seed}'
    transformers.set_seed(seed)
    model = GPT2LMHeadModel(GPT2Config(vocab_size=11, n_positions=8, n_embd=8, n_layer=1, n_head=2, bos_token_id=0, eos_token_id=0))
    trainer = Trainer(model=model, train_dataset=Counting(), eval_dataset=Counting(), args=TrainingArguments(
        output_dir=folder, seed=seed, max_steps=20, per_device_train_batch_size=8, learning_rate=1e-2, warmup_steps=2,
        logging_steps=2, logging_first_step=True, eval_strategy='steps', eval_steps=5, save_steps=10, report_to=[], use_cpu=True,
        disable_tqdm=True, dataloader_num_workers=0))
    trainer.train()
    trainer.save_model()
    trainer.save_state()
    run = answers.run(folder, seed, f'{folder}/trainer_state.json')
    for entry in TrainerState.load_from_json(f'{folder}/trainer_state.json').log_history:
        for name, value in entry.items():
            if name not in ('step', 'epoch'):
                run.add(name, entry['step'], value)
    for path in sorted(glob.glob(f'{folder}/checkpoint-*/model.safetensors')) if seed == 1 else []:
        state = TrainerState.load_from_json(path.replace('model.safetensors', 'trainer_state.json'))
        answers.checkpoint(path, state.global_step, state.epoch, load_file(path))
answers.write()
