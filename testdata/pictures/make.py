"""
Makes pictures.json.gz: one small picture in every kind of file, and what Pillow reads from it. Run with Pillow 12.3.0 and numpy 2.

    python3 testdata/pictures/make.py

Where a picture is transparent, it lies on white. Of 16 bits, Pillow clips grays and drops a byte of colours: the oracle is
value / 257, rounded (a byte apart by one at most).
"""
import base64
import gzip
import io
import json
import os
import struct
import zlib
import numpy as np
import PIL
from PIL import Image, ImageOps

rng = np.random.default_rng(5)
H, W = 13, 17
yy, xx = np.mgrid[0:H, 0:W]
base = np.stack([(xx * 15) % 256, (yy * 19) % 256, ((xx + yy) * 9) % 256], -1).astype(int)
rgb = np.clip(base + rng.integers(0, 40, (H, W, 3)) - 20, 0, 255).astype('uint8')
gray = rgb[..., 0]
alpha = ((xx - 8) ** 2 + (yy - 6) ** 2 < 30).astype('uint8') * 200
picture = Image.fromarray(rgb)
pictures = []


def file(image, kind, **options):
    written = io.BytesIO()
    image.save(written, kind, **options)
    return written.getvalue()


def put(name, data, pixels, channels):
    pixels = np.ascontiguousarray(pixels)
    height, width = pixels.shape[:2]
    text = {key: base64.b64encode(value).decode() for key, value in (('file', data), ('pixels', pixels.tobytes()))}
    pictures.append(dict(name=name, channels=channels, width=width, height=height, **text))


def read(name, data, mode):
    """As Pillow reads it, turned as EXIF says."""
    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data)))
    put(name, data, np.asarray(image.convert(mode)), {'L': 1, 'RGB': 3}[mode])


def on_white(data):
    image = Image.open(io.BytesIO(data)).convert('RGBA')
    white = Image.new('RGBA', image.size, (255, 255, 255, 255))
    white.alpha_composite(image)
    return np.asarray(white.convert('RGB'))


def palette(colors):
    return picture.convert('P', palette=Image.Palette.ADAPTIVE, colors=colors)


def png(bits, kind, rows):
    """A PNG of a depth that Pillow does not write."""
    def chunk(name, content):
        return struct.pack('>I', len(content)) + name + content + struct.pack('>I', zlib.crc32(name + content))
    header = struct.pack('>IIBBBBB', W, H, bits, kind, 0, 0, 0)
    packed = zlib.compress(b''.join(b'\0' + row for row in rows))
    return b'\x89PNG\r\n\x1a\n' + chunk(b'IHDR', header) + chunk(b'IDAT', packed) + chunk(b'IEND', b'')


for bits in (1, 2, 4):
    values = gray >> (8 - bits)
    rows = [np.packbits(((row[:, None] >> np.arange(bits)[::-1]) & 1).astype('uint8').reshape(-1)).tobytes() for row in values]
    read(f'png gray {bits} bit', png(bits, 0, rows), 'L')
read('png gray', file(Image.fromarray(gray), 'PNG'), 'L')
read('png rgb', file(picture, 'PNG'), 'RGB')
read('png palette', file(palette(13), 'PNG'), 'RGB')
read('png palette 2 bit', file(palette(4), 'PNG', bits=2), 'RGB')
gray16 = (gray.astype(int) * 257 + rng.integers(-90, 90, gray.shape)).clip(0, 65535).astype('uint16')
rgb16 = (rgb.astype(int) * 257 + rng.integers(-90, 90, rgb.shape)).clip(0, 65535)
put('png gray 16 bit', file(Image.fromarray(gray16), 'PNG'), np.round(gray16 / 257).astype('uint8'), 1)
put('png rgb 16 bit', png(16, 2, [row.astype('>u2').tobytes() for row in rgb16]), np.round(rgb16 / 257).astype('uint8'), 3)
for name, image in (('png rgba', np.dstack([rgb, alpha])), ('webp alpha', np.dstack([rgb, alpha]))):
    options = dict(lossless=True, exact=True) if name.startswith('webp') else {}
    data = file(Image.fromarray(image), name.split()[0].upper(), **options)
    put(name, data, on_white(data), 3)
data = file(Image.fromarray(np.dstack([gray, alpha])), 'PNG')
put('png gray alpha', data, on_white(data)[..., 0], 1)
for name, image, transparent in (('palette', palette(13), 3), ('rgb', picture, tuple(int(value) for value in rgb[4, 4]))):
    data = file(image, 'PNG', transparency=transparent)
    put(f'png {name} with a transparent colour', data, on_white(data), 3)
for name, options in (
    ('of quality 95', dict(quality=95)),
    ('with halved colours', dict(quality=60, subsampling=2)),
    ('with whole colours', dict(quality=85, subsampling=0)),
    ('progressive', dict(quality=70, progressive=True))
):
    read(f'jpeg rgb {name}', file(picture, 'JPEG', **options), 'RGB')
read('jpeg gray', file(Image.fromarray(gray), 'JPEG', quality=90), 'L')
read('jpeg cmyk', file(picture.convert('CMYK'), 'JPEG', quality=95), 'RGB')
for orientation in range(1, 9):
    exif = Image.Exif()
    exif[0x112] = orientation
    read(f'jpeg turned as EXIF {orientation} says', file(picture, 'JPEG', quality=90, exif=exif), 'RGB')
read('webp lossless', file(picture, 'WEBP', lossless=True), 'RGB')
read('webp lossy', file(picture, 'WEBP', quality=80), 'RGB')
read('bmp rgb', file(picture, 'BMP'), 'RGB')
read('bmp gray', file(Image.fromarray(gray), 'BMP'), 'L')
read('bmp palette', file(palette(13), 'BMP'), 'RGB')
read('bmp palette 4 bit', file(palette(13), 'BMP', bits=4), 'RGB')
read('bmp 1 bit', file(Image.fromarray(gray).convert('1'), 'BMP'), 'L')
read('gif', file(palette(31), 'GIF'), 'RGB')
frames = [Image.fromarray(one).convert('P', palette=Image.Palette.ADAPTIVE, colors=16) for one in (rgb, 255 - rgb)]
read('gif of two frames', file(frames[0], 'GIF', save_all=True, append_images=frames[1:]), 'RGB')
for packing in ('raw', 'tiff_lzw', 'tiff_adobe_deflate', 'packbits'):
    read(f'tiff rgb {packing}', file(picture, 'TIFF', compression=packing), 'RGB')
read('tiff gray', file(Image.fromarray(gray), 'TIFF'), 'L')
put('tiff gray 16 bit', file(Image.fromarray(gray16), 'TIFF'), np.round(gray16 / 257).astype('uint8'), 1)
read('tiff of two pages', file(picture, 'TIFF', save_all=True, append_images=[Image.fromarray(255 - rgb)]), 'RGB')
read('tiff cmyk', file(picture.convert('CMYK'), 'TIFF'), 'RGB')

target = os.path.join(os.path.dirname(os.path.abspath(__file__)), 'pictures.json.gz')
with open(target, 'wb') as opened, gzip.GzipFile(fileobj=opened, mode='wb', mtime=0) as packed:
    packed.write(json.dumps(dict(made_with=f'Pillow {PIL.__version__}, numpy {np.__version__}', pictures=pictures)).encode())
