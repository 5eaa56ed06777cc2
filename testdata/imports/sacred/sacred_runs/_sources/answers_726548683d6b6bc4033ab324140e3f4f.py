"""What the importer is held to: the numbers a tool's own reader gives back, or those its writer was given."""
import json
import math


def number(value):
    """Strict JSON: numbers that are not finite are strings; every other one is a full double."""
    value = float(value)
    if math.isnan(value):
        return 'NaN'
    if math.isinf(value):
        return 'Infinity' if value > 0 else '-Infinity'
    return value


class Run:
    def __init__(self, name, seed, source):
        self.answer = {'name': name, 'seed': seed, 'source': source, 'series': {}}

    def add(self, series, step, value):
        """One point, in the order of the file. A step that the tool does not count is None."""
        points = self.answer['series'].setdefault(series, {'steps': [], 'values': []})
        points['steps'].append(None if step is None else int(step) if float(step).is_integer() else float(step))
        points['values'].append(number(value))


class Answers:
    def __init__(self, tool, version, written_by, read_by):
        self.answer = {'tool': tool, 'version': version, 'writtenBy': written_by, 'readBy': read_by, 'runs': []}

    def run(self, name, seed, source):
        """`source` is the file or folder, below this tool's folder, that the run's numbers were read from."""
        run = Run(name, seed, source)
        self.answer['runs'].append(run.answer)
        return run

    def checkpoint(self, source, step, epoch, tensors):
        """The tensors of a checkpoint, name -> array, in the order of the library; values are row by row."""
        self.answer.setdefault('checkpoints', []).append({
            'source': source, 'step': step, 'epoch': epoch,
            'tensors': {name: {'shape': list(value.shape), 'values': [number(v) for v in value.reshape(-1).tolist()]}
                        for name, value in tensors.items()}})

    def write(self, to='expected.json'):
        with open(to, 'w', encoding='utf-8') as file:
            json.dump(self.answer, file, allow_nan=False, separators=(',', ':'), ensure_ascii=False)
            file.write('\n')


def curve(seed, step, start=2.0, floor=0.1, rate=0.15):
    """A loss as training makes it: falling, with noise that belongs to the seed. For tools that train nothing themselves."""
    noise = math.sin(12.9898 * (seed + 1) + 78.233 * step) * 43758.5453
    return floor + (start - floor) * math.exp(-rate * step) + 0.05 * (noise - math.floor(noise) - 0.5)
