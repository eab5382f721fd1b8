#!/usr/bin/env python3
"""Says where a program looks for its libraries, in place of where it looked.

    runpath.py PROGRAM PATH

Writes PATH over the run path (DT_RUNPATH or DT_RPATH) of a 64-bit ELF file, which must have one at
least as long. So a program that was linked on one machine looks beside itself on another, without
tools beyond Python, and no path of the machine that built it is left in it.
"""

import struct
import sys
from pathlib import Path

STRING_TABLE, RPATH, RUNPATH = 5, 15, 29  # tags of the dynamic section
DYNAMIC, LOAD = 2, 1  # kinds of segments


def main(path, wanted):
    file = Path(path)
    data = bytearray(file.read_bytes())
    if data[:6] != b"\x7fELF\x02\x01":
        sys.exit(f"{path} is no 64-bit little-endian ELF file.")
    try:
        start, old = run_path(data)
    except (struct.error, ValueError, StopIteration):
        sys.exit(f"{path} has no run path to write over.")
    new = wanted.encode()
    if len(new) > len(old):
        sys.exit(f"The run path of {path} has room for {len(old)} bytes, not for {len(new)}.")
    data[start : start + len(old)] = new.ljust(len(old), b"\0")
    file.write_bytes(data)


def run_path(data):
    """Where in the file the run path stands, and its bytes."""
    offset, = struct.unpack_from("<Q", data, 0x20)
    size, count = struct.unpack_from("<HH", data, 0x36)
    # Of each segment: kind, flags, offset in the file, address, physical address, size in the file.
    segments = [struct.unpack_from("<IIQQQQ", data, offset + n * size) for n in range(count)]
    _, _, place, _, _, length = next(s for s in segments if s[0] == DYNAMIC)
    entries = {}
    for at in range(place, place + length, 16):
        tag, value = struct.unpack_from("<QQ", data, at)
        entries.setdefault(tag, value)
    # The first of them that is there; where there are both, the loader passes over DT_RPATH.
    name = next(entries[tag] for tag in (RUNPATH, RPATH) if tag in entries)
    address = entries.get(STRING_TABLE, 0)
    start = next(
        s[2] + address - s[3] for s in segments if s[0] == LOAD and s[3] <= address < s[3] + s[5]
    ) + name
    return start, bytes(data[start : data.index(0, start)])


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
