lr = 0.1
model = dict(hidden=8)
seed = 2
