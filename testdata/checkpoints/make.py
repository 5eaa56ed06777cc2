"""
Makes the checkpoints of this folder: the 13 matrices of testdata/metrics/metrics.json at three steps, as PyTorch, safetensors,
NumPy, Keras (h5py in its layouts) and TensorFlow.js write them. Needs torch, safetensors, h5py and numpy.

Usage: python3 testdata/checkpoints/make.py, then the answers are in metrics.json: nothing here computes a metric.

Step 0 and 100 are the matrices in float32 and step 200 those in float64, as the answers distinguish; at step 100 they are
negated, which changes the sign of trace, mean and computational sparsity only.
"""
import gzip, io, json, os, shutil, zipfile
import h5py, numpy, torch
from safetensors.torch import save_file

here = os.path.dirname(os.path.abspath(__file__))
cases = json.load(gzip.open(os.path.join(here, '..', 'metrics', 'metrics.json.gz')))['cases']

def fresh(name):
    folder = os.path.join(here, name)
    shutil.rmtree(folder, ignore_errors=True)
    os.makedirs(folder)
    return folder

def arrays(step):
    """name -> array in the layout of PyTorch."""
    kind = numpy.float64 if step == 200 else numpy.float32
    sign = -1 if step == 100 else 1
    return {c['name']: (sign * numpy.array([float(x) for x in c['data']], kind)).astype(kind).reshape(c['shape']) for c in cases}

class Net(torch.nn.Module):
    """A linear layer or a convolution for each matrix, as a network of PyTorch would hold them."""
    def __init__(self, values):
        super().__init__()
        for name, value in values.items():
            if value.ndim == 4:
                layer = torch.nn.Conv2d(value.shape[1], value.shape[0], value.shape[2:], bias=True)
            else:
                layer = torch.nn.Linear(value.shape[1], value.shape[0], bias=True)
            layer = layer.to(torch.float64 if value.dtype == numpy.float64 else torch.float32)
            with torch.no_grad():
                layer.weight.copy_(torch.from_numpy(value))
                layer.bias.copy_(torch.arange(value.shape[0]) - 1)
            setattr(self, name, layer)
        self.norm = torch.nn.BatchNorm1d(4)

def keras_layout(value):
    """Filters are [kernel..., in, out] in Keras; matrices stay as they are, so that they are the same matrices."""
    return value.transpose(2, 3, 1, 0) if value.ndim == 4 else value

steps = [0, 100, 200]
folders = {name: fresh(name) for name in ['torch', 'safetensors', 'npz', 'keras', 'keras3', 'tfjs']}
for step in steps:
    values = arrays(step)
    net = Net(values)
    state = net.state_dict()
    optimizer = torch.optim.Adam(net.parameters())
    # As training scripts do: the model beside the optimizer and numbers.
    torch.save({'model': state, 'optimizer': optimizer.state_dict(), 'step': step, 'loss': 0.5}, f"{folders['torch']}/ckpt_{step:06}.pt")
    save_file(state, f"{folders['safetensors']}/step={step}.safetensors")
    numpy.savez_compressed(f"{folders['npz']}/weights-{step}.npz", **{k: v.numpy() for k, v in state.items()})
    # Keras 2: model_weights/<layer>/<layer>/kernel:0
    with h5py.File(f"{folders['keras']}/model_{step}.h5", 'w', libver='latest') as f:
        for name, value in values.items():
            group = f.create_group(f'model_weights/{name}/{name}')
            group.create_dataset('kernel:0', data=keras_layout(value))
            group.create_dataset('bias:0', data=numpy.arange(value.shape[0], dtype=value.dtype) - 1)
        f.create_dataset('optimizer_weights/Adam/iteration:0', data=numpy.int64(step))
    # Keras 3: layers/<layer>/vars/0, in an archive.
    file = io.BytesIO()
    with h5py.File(file, 'w') as f:
        for name, value in values.items():
            f.create_dataset(f'layers/{name}/vars/0', data=keras_layout(value), compression='gzip')
            f.create_dataset(f'layers/{name}/vars/1', data=numpy.arange(value.shape[0], dtype=value.dtype) - 1)
        f.create_dataset('optimizer/vars/0', data=numpy.int64(step))
    with zipfile.ZipFile(f"{folders['keras3']}/epoch_{step}.keras", 'w', zipfile.ZIP_DEFLATED) as z:
        z.writestr('metadata.json', '{}')
        z.writestr('config.json', '{}')
        z.writestr('model.weights.h5', file.getvalue())
    # TensorFlow.js has no float64.
    folder = f"{folders['tfjs']}/checkpoint-{step}"
    os.makedirs(folder)
    weights, data = [], b''
    for name, value in values.items():
        for part, array in (('kernel', keras_layout(value)), ('bias', numpy.arange(value.shape[0]) - 1)):
            array = numpy.ascontiguousarray(array, numpy.float32)
            weights.append({'name': f'{name}/{part}', 'shape': list(array.shape), 'dtype': 'float32'})
            data += array.tobytes()
    half = len(data) // 2 - 3
    paths = ['group1-shard1of2.bin', 'group1-shard2of2.bin']
    for path, part in zip(paths, (data[:half], data[half:])):
        open(f'{folder}/{path}', 'wb').write(part)
    manifest = [{'paths': paths, 'weights': weights}]
    json.dump({'format': 'layers-model', 'modelTopology': {}, 'weightsManifest': manifest}, open(f'{folder}/model.json', 'w'))

# One of each type and view that PyTorch stores, with what it reads back.
odd = fresh('types')
base = torch.arange(24, dtype=torch.float32).reshape(4, 6) / 8 - 1
views = {
    'whole.weight': base, 'transposed.weight': base.t(), 'part.weight': base[1:3, 2:5], 'shared.weight': base[2:],
    'stepped.weight': base[::2, ::3], 'parameter.weight': torch.nn.Parameter(base * 2), 'scalar': torch.tensor(2.5),
    'empty.weight': torch.zeros(0, 3),
}
plain = ['float64', 'float32', 'float16', 'bfloat16', 'int64', 'int32', 'int16', 'int8', 'uint8', 'bool']
newer = ['float8_e4m3fn', 'float8_e5m2', 'uint16', 'uint32', 'uint64']
for kind in plain + newer:
    views[f'{kind}.weight'] = base.abs().mul(40 if kind not in ('bool',) and not kind.startswith('float8') else 1).to(getattr(torch, kind))
torch.save(views, f'{odd}/types.pt')
save_file({k: v.detach().contiguous().clone() for k, v in views.items()}, f'{odd}/types.safetensors')
answers = {k: {'shape': list(v.shape), 'values': v.detach().to(torch.float64).flatten().tolist()} for k, v in views.items()}
open(f'{odd}/types.json.gz', 'wb').write(gzip.compress(json.dumps(answers).encode(), mtime=0))
torch.save(views['whole.weight'], f'{odd}/legacy.pt', _use_new_zipfile_serialization=False)
print(sum(os.path.getsize(os.path.join(d, f)) for d, _, fs in os.walk(here) for f in fs), 'bytes')
