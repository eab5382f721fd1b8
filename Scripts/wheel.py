"""Reads what set-up needs out of Python wheels; the standard library is enough.

    wheel.py unpack WHEEL FOLDER PATTERN   extract the members whose whole name matches PATTERN,
                                           and the licences, each checked against the wheel's RECORD
    wheel.py needs WHEEL                   print the NVIDIA packages that the wheel requires
"""

import base64
import csv
import hashlib
import io
import re
import sys
import zipfile

DAMAGED = 65  # exit status: the wheel is not what its RECORD says


def main(command, path, *arguments):
    try:
        with zipfile.ZipFile(path) as wheel:
            {"unpack": unpack, "needs": needs}[command](wheel, *arguments)
    except KeyboardInterrupt:
        sys.exit(130)
    except OSError as error:
        sys.exit(f"{path}: {error.strerror or error}")
    except Exception as error:  # zipfile and zlib raise many kinds on a damaged archive
        print(f"{path} is damaged: {error}", file=sys.stderr)
        sys.exit(DAMAGED)


def unpack(wheel, folder, pattern):
    (record,) = members(wheel, r"[^/]+\.dist-info/RECORD")
    lines = csv.reader(io.StringIO(wheel.read(record).decode()))
    expected = {name: digest for name, digest, _ in lines}
    for name in members(wheel, rf"{pattern}|[^/]+\.dist-info/.*(LICEN[CS]E|Licen[cs]e).*"):
        found = "sha256=" + sha256(wheel.extract(name, folder))
        if found != expected.get(name):
            raise ValueError(f"{name}: expected {expected.get(name)}, found {found}")


def needs(wheel):
    (metadata,) = members(wheel, r"[^/]+\.dist-info/METADATA")
    for line in wheel.read(metadata).decode().splitlines():
        if match := re.match(r"Requires-Dist: ((nvidia-|cuda-toolkit).*)", line):
            # NVIDIA's headers include these, which nothing needs that is built already.
            print(match[1].replace("cuda-toolkit[", "cuda-toolkit[cccl,crt,"))


def members(wheel, pattern):
    return [n for n in wheel.namelist() if re.fullmatch(pattern, n) and not n.endswith("/")]


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while chunk := file.read(1 << 20):
            digest.update(chunk)
    return base64.urlsafe_b64encode(digest.digest()).decode().rstrip("=")


if __name__ == "__main__":
    main(*sys.argv[1:])
