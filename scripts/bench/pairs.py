"""Addresses of the generated set: one for each page and segment."""

import random

from bench import PAGES, SEGMENTS

# The generator's names: three that a site always has, then numbers.
NAMES = ["default", "enterprise", "smb", *(f"seg-{number:02}" for number in range(3, SEGMENTS))]


def page_path(page):
    return f"/lp/page-{page:03}"


def all_pairs():
    """Every page with every segment, in an order that is mixed and always the same."""
    pairs = [f"{page_path(page)}?segment={name}" for page in range(PAGES) for name in NAMES]
    random.Random(1).shuffle(pairs)
    return pairs
