"""Hugging Face Transformers: checkpoints whose safetensors are split over files with an index, and in bfloat16."""
import torch
import transformers
from transformers import BertConfig, BertForSequenceClassification
from answers import Answers

answers = Answers('transformers-sharded', transformers.__version__, "save_pretrained(max_shard_size='1KB') of a BERT of width 8 in bfloat16", 'from_pretrained, then state_dict')
transformers.set_seed(1)
model = BertForSequenceClassification(BertConfig(vocab_size=16, hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=16,
                                                 max_position_embeddings=8, num_labels=2, hidden_dropout_prob=0)).to(torch.bfloat16)
optimizer = torch.optim.SGD(model.parameters(), lr=0.5)
tokens, labels = torch.randint(0, 16, (8, 8)), torch.randint(0, 2, (8,))
for step in range(11):
    if step % 5 == 0:
        folder = f'bert/checkpoint-{step}'
        model.save_pretrained(folder, max_shard_size='1KB')
        saved = BertForSequenceClassification.from_pretrained(folder, dtype=torch.bfloat16).state_dict()
        answers.checkpoint(folder, step, None, {name: tensor.float() for name, tensor in saved.items()})
    optimizer.zero_grad()
    model(input_ids=tokens, labels=labels).loss.backward()
    optimizer.step()
answers.write()
