"""
Makes testdata/imports: the folders that other tools write, each with what the tool itself reads from it (expected.json).

Usage, in a virtual environment outside of the repository with the packages of scripts/testdata/requirements.txt:

    python3 -m venv ../venv && ../venv/bin/pip install -r scripts/testdata/requirements.txt
    ../venv/bin/pip install --no-deps --target ../venv/older ultralytics==8.1.47
    ../venv/bin/python scripts/testdata/foreign-logs.py            # all of them
    ../venv/bin/python scripts/testdata/foreign-logs.py keras ray  # these alone

Each tool has a script in foreign_logs/ that trains or logs as that tool's users do. It runs as /home/user/project/train.py on
a host named `host` without a network (Linux: namespaces of its own, which needs the rights of root), because many tools write
where and on which machine they ran, and some report to their makers. What it leaves in its folder becomes testdata/imports/<tool>,
except for train.py itself. Files that name this machine are refused. With --to FOLDER they are written there instead.
"""
import base64
import fcntl
import getpass
import gzip
import io
import os
import platform
import re
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
import zipfile

here = os.path.dirname(os.path.abspath(__file__))
scripts = os.path.join(here, 'foreign_logs')
target = os.path.join(here, '..', '..', 'testdata', 'imports')
project = '/home/user/project'
largest_file, largest_tool = 200_000, 400_000


def inside(tool, result):
    """In the namespaces: the project folder is in memory and nothing of the machine's /home/user is seen."""
    home = os.path.dirname(project)
    subprocess.run(['mount', '-t', 'tmpfs', 'none', home], check=True)
    subprocess.run(['mount', '--make-rprivate', '/'], check=True)
    subprocess.run(['hostname', 'host'], check=True)
    loopback_up()
    os.makedirs(project)
    os.chdir(project)
    shutil.copy(os.path.join(scripts, f'{tool}.py'), 'train.py')
    shutil.copy(os.path.join(scripts, 'answers.py'), 'answers.py')
    environment = {
        'PATH': os.environ['PATH'],
        'HOME': home,
        'USER': 'user',
        'LOGNAME': 'user',
        'LANG': 'C.UTF-8',
        'PYTHONDONTWRITEBYTECODE': '1',
        'CUDA_VISIBLE_DEVICES': '',
        'OMP_NUM_THREADS': '1',
        'FOREIGN_LOGS': scripts
    }
    subprocess.run([sys.executable, 'train.py'], check=True, env=environment)
    for own in ['train.py', 'answers.py']:
        os.remove(own)
    shutil.copytree(project, result, symlinks=True)


def loopback_up():
    """A new network namespace has only its loopback, and that is down: TensorBoard and Ray speak over it."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        up = 1
        fcntl.ioctl(any_socket, 0x8914, struct.pack('16sh14x', b'lo', up))  # SIOCSIFFLAGS


def unpacked(content):
    """A file, and what is in it if it is an archive."""
    yield content
    if content[:2] == b'\x1f\x8b':
        yield gzip.decompress(content)
    elif content[:2] == b'PK':
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield from unpacked(archive.read(name))


def encoded(content):
    """What is in it as text: Ray writes pickles as hexadecimal digits, Stable-Baselines3 writes them in base64."""
    for digits in re.findall(rb'(?:[0-9a-f]{2}){16,}', content):
        yield bytes.fromhex(digits.decode())
    for digits in re.findall(rb'[A-Za-z0-9+/\n\\]{40,}={0,2}', content):
        digits = digits.replace(b'\\n', b'').replace(b'\n', b'')
        try:
            yield base64.b64decode(digits)
        except ValueError:
            pass


def problems(folder):
    """What must not be shared: names of this machine, and files too large for a repository."""
    user = getpass.getuser()
    private = {socket.gethostname(), sys.prefix, sys.base_prefix, os.path.expanduser('~'), here, tempfile.gettempdir() + '/', platform.release()}
    long = re.compile(rb'(?<![A-Za-z0-9_])(' + b'|'.join([re.escape(word.encode()) for word in private if len(word) > 3] + [rb'/' + user.encode() + rb'/']) + rb')')
    # A short host name is looked for as a word, in text: it stands by chance among random bytes.
    short = re.compile(rb'(?<![A-Za-z0-9_])' + re.escape(socket.gethostname().encode()) + rb'(?![A-Za-z0-9_])')
    total = 0
    for path, _, names in os.walk(folder):
        for name in names:
            file = os.path.join(path, name)
            if os.path.islink(file):
                yield f'{file} is a link'
                continue
            with open(file, 'rb') as opened:
                content = opened.read()
            total += len(content)
            if len(content) > largest_file:
                yield f'{file} has {len(content)} bytes'
            found = short.search(name.encode())
            for part in unpacked(content):
                found = found or any(long.search(seen) for seen in [part, *encoded(part)]) or (b'\0' not in part and short.search(part))
            if found:
                yield f'{file} names this machine: {found.group()!r}'
    if total > largest_tool:
        yield f'{folder} has {total} bytes'
    print(f'{os.path.basename(folder)}: {total} bytes')


def make(tool, target):
    home = os.path.dirname(project)
    made_home = not os.path.exists(home)
    if made_home:
        os.mkdir(home)
    with tempfile.TemporaryDirectory() as temporary:
        result = os.path.join(temporary, tool)
        try:
            # The machine's own mounts and name stay as they are.
            command = [sys.executable, os.path.abspath(__file__), '--inside', tool, result]
            subprocess.run(['unshare', '--mount', '--uts', '--net', *command], check=True)
        finally:
            if made_home:
                os.rmdir(home)
        wrong = list(problems(result))
        if wrong:
            kept = os.path.join(tempfile.gettempdir(), f'refused-{tool}')
            shutil.rmtree(kept, ignore_errors=True)
            shutil.copytree(result, kept, symlinks=True)
            raise SystemExit('\n'.join([*wrong, f'It is in {kept}.']))
        final = os.path.join(target, tool)
        shutil.rmtree(final, ignore_errors=True)
        shutil.copytree(result, final, symlinks=True)


if __name__ == '__main__':
    if sys.argv[1:2] == ['--inside']:
        inside(*sys.argv[2:])
    else:
        every = sorted(name[:-3] for name in os.listdir(scripts) if name.endswith('.py') and name != 'answers.py')
        named = sys.argv[1:]
        if named[:1] == ['--to']:
            target, named = named[1], named[2:]
        for tool in named or every:
            make(tool, target)
