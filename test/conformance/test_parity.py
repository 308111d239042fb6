"""docs/free-im-parity.md names tests that exist, and has no empty cell."""

import os
import re
import unittest

from wire import ROOT

PAGE = os.path.join(ROOT, "docs", "free-im-parity.md")


def tests():
    """Every `module.Class.test` of this folder."""
    found, folder = set(), os.path.dirname(os.path.abspath(__file__))
    for name in os.listdir(folder):
        if not name.startswith("test_") or not name.endswith(".py"):
            continue
        holder = None
        with open(os.path.join(folder, name), encoding="utf-8") as file:
            for line in file:
                if match := re.match(r"class (\w+)", line):
                    holder = match.group(1)
                if match := re.match(r"    def (test_\w+)", line):
                    found.add(f"{name[:-3]}.{holder}.{match.group(1)}")
    return found


class Parity(unittest.TestCase):
    def test_what_the_page_names_exists(self):
        with open(PAGE, encoding="utf-8") as file:
            text = file.read()
        known, folder = tests(), os.path.dirname(os.path.abspath(__file__))
        for name in re.findall(r"`(test_\w+\.\w+\.\w+)`", text):
            self.assertIn(name, known)
        for name in re.findall(r"`([\w./-]+\.(?:py|md))`", text):
            places = (os.path.join(ROOT, name), os.path.join(folder, name))
            self.assertTrue(any(map(os.path.exists, places)), name)

    def test_no_cell_is_empty(self):
        with open(PAGE, encoding="utf-8") as file:
            rows = [line.strip() for line in file if line.startswith("|")]
        self.assertGreater(len(rows), 60)
        for row in rows:
            cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]]
            self.assertTrue(all(cells), row)
            self.assertTrue("---" in row or cells[-1] in ("shown by",) or "`" in cells[-1], row)
