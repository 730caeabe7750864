"""Event files of TensorBoard, written without TensorFlow: TFRecords (length, masked crc32c, data) of protobuf messages
`Event`, whose few fields are encoded here."""

import os
import socket
import struct
import time

import numpy as np


def _table():
    table = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (0x82F63B78 if n & 1 else 0)  # Castagnoli's polynomial, reflected.
        table.append(n)
    return table


_CRC = _table()


def masked_crc32c(data):
    """The checksum of a TFRecord: crc32c, rotated and shifted, since data may hold checksums itself."""
    crc, table = 0xFFFFFFFF, _CRC
    for byte in data:
        crc = table[(crc ^ byte) & 255] ^ crc >> 8
    crc ^= 0xFFFFFFFF
    return ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF


# Fields of protobuf: a key (number and wire type), then the value.


def _varint(n):
    n &= (1 << 64) - 1  # Negative numbers have ten bytes.
    result = bytearray()
    while n > 127:
        result.append(n & 127 | 128)
        n >>= 7
    result.append(n)
    return bytes(result)


def whole(field, n):
    """An integer."""
    return _varint(field << 3) + _varint(n)


def double(field, value):
    """A number of 64 bits."""
    return _varint(field << 3 | 1) + struct.pack("<d", value)


def single(field, value):
    """A number of 32 bits."""
    return _varint(field << 3 | 5) + np.float32(value).tobytes()


def data(field, value):
    """Bytes, a text, or a message that is encoded already."""
    value = value.encode() if isinstance(value, str) else value
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def doubles(field, values):
    """Numbers of 64 bits, packed."""
    return data(field, np.asarray(values, "<f8").tobytes())


def scalar(tag, value):
    """A value of a summary: a number."""
    return data(1, data(1, tag) + single(2, value))


def histogram(tag, values):
    """A value of a summary: how often values lie in buckets whose limits grow by a tenth."""
    values = np.asarray(values, np.float64).ravel()
    values = values[np.isfinite(values)]
    limits, counts = _buckets(values)
    low, high = (float(values.min()), float(values.max())) if values.size else (0.0, 0.0)
    histo = double(1, low) + double(2, high) + double(3, values.size)
    histo += double(4, float(values.sum())) + double(5, float((values * values).sum()))
    return data(1, data(1, tag) + data(5, histo + doubles(6, limits) + doubles(7, counts)))


def _buckets(values):
    positive = 1e-12 * 1.1 ** np.arange(774)
    limits = np.concatenate([-positive[::-1], [0.0], positive, [np.finfo(np.float64).max]])
    counts = np.bincount(np.searchsorted(limits, values), minlength=len(limits)).astype(np.float64)
    used = np.flatnonzero(counts)
    if not used.size:
        return limits[-1:], counts[-1:]
    part = slice(max(used[0] - 1, 0), used[-1] + 1)  # The first limit is where the first bucket begins.
    return limits[part], counts[part]


def node(name, op, inputs, shape):
    """A node of a graph."""
    dims = b"".join(data(2, whole(1, -1 if n is None else n)) for n in shape)
    shapes = data(5, data(1, "_output_shapes") + data(2, data(1, data(7, dims))))
    return data(1, data(1, name) + data(2, op) + b"".join(data(3, one) for one in inputs) + shapes)


class EventFile:
    """A new event file in a folder, which is made."""

    _made = 0

    def __init__(self, folder):
        os.makedirs(folder, exist_ok=True)
        EventFile._made += 1
        name = f"events.out.tfevents.{int(time.time()):010}.{socket.gethostname()}.{os.getpid()}.{EventFile._made}"
        self.path = os.path.join(folder, name)
        self._file = open(self.path, "xb")  # Until close().
        self._write(data(3, "brain.Event:2"))

    def summary(self, step, values):
        """Writes values: scalars and histograms."""
        if values:
            self._write(whole(2, int(step)) + data(5, b"".join(values)))

    def graph(self, nodes):
        """Writes a graph of nodes."""
        self._write(data(4, b"".join(nodes) + data(4, whole(1, 22))))

    def _write(self, fields):
        event = double(1, time.time()) + fields
        length = struct.pack("<Q", len(event))
        crcs = [struct.pack("<I", masked_crc32c(part)) for part in (length, event)]
        self._file.write(length + crcs[0] + event + crcs[1])

    def flush(self):
        """Lets readers see all that was written."""
        self._file.flush()

    def close(self):
        """Closes the file."""
        self._file.close()
