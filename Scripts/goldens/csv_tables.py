"""Makes the golden of KeelFormats' CSV reader: what Python's csv module writes.

    python Scripts/goldens/csv_tables.py

Writes Tests/KeelFormatsTests/Goldens/{table.csv, table.json}.
"""

import csv
import json
import random
from pathlib import Path

OUT = Path(__file__).parents[2] / "Tests" / "KeelFormatsTests" / "Goldens"
PIECES = ["", "a", "tea", " ", ",", '"', '""', "\n", "\r\n", "\t", "ü", "世", "🌍", "'", ";"]


def main() -> None:
    rng = random.Random(20260101)
    rows = [["plain", "with,comma", 'with "quotes"', "with\nline"]]
    for _ in range(200):
        rows.append(["".join(rng.choices(PIECES, k=rng.randrange(8))) for _ in rows[0]])
    with open(OUT / "table.csv", "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)  # the "excel" dialect: CRLF, quotes where they are needed
        writer.writerows(rows)
    (OUT / "table.json").write_text(json.dumps(rows) + "\n")


if __name__ == "__main__":
    main()
