"""The figures as one Markdown table and one JSON file."""

import dataclasses
import datetime
import json
import math
import subprocess

import machine
from bench import ROOT
from load import closed_generator
from nginx import Nginx

RESULTS = ROOT / "bench-results"
HEADINGS = ("figure", "Landfall", "nginx", "ratio", "aim", "reached")


@dataclasses.dataclass
class Figure:
    """One row: what was measured, its reference, and what it should reach."""

    name: str
    ours: float | None = None
    unit: str = ""
    reference: float | None = None
    # Aims, for `ours` and for its ratio to the reference.
    most: float | None = None
    least: float | None = None
    most_ratio: float | None = None
    least_ratio: float | None = None
    # Digits after the point, where three digits in all hide what matters.
    decimals: int | None = None
    # Whether what no number says is as it should be.
    sound: bool = True
    # Why there is no figure.
    missing: str | None = None
    # The single runs behind the medians.
    runs: dict = dataclasses.field(default_factory=dict)

    @property
    def ratio(self):
        return self.ours / self.reference if self.ours is not None and self.reference else None

    def aim(self):
        aims = [
            f"{sign} {number(bound)} {unit}"
            for sign, bound, unit in (
                ("≤", self.most, self.unit), ("≥", self.least, self.unit),
                ("≤", self.most_ratio, "×"), ("≥", self.least_ratio, "×"),
            )
            if bound is not None
        ]
        return ", ".join(aims)

    def reached(self):
        """Whether every aim is reached; None without aims, or without what they are about."""
        outcomes = [] if self.sound else [False]
        for value, most, least in (
            (self.ours, self.most, self.least), (self.ratio, self.most_ratio, self.least_ratio)
        ):
            if most is None and least is None:
                continue
            if value is None:
                return None
            outcomes.append((most is None or value <= most) and (least is None or value >= least))
        return all(outcomes) if outcomes else None

    def cells(self):
        if self.missing is not None:
            return (self.name, "not measured", "", "", "", "")
        reached = {True: "yes", False: "no", None: ""}[self.reached()]
        return (
            self.name,
            f"{number(self.ours, self.decimals)} {self.unit}",
            "" if self.reference is None else f"{number(self.reference)} {self.unit}",
            "" if self.ratio is None else f"{self.ratio:.2f} ×",
            self.aim(),
            reached,
        )


def publish(figures, bench, name):
    about = surroundings(bench)
    content = {
        **about,
        "figures": [
            {**dataclasses.asdict(figure), "ratio": figure.ratio, "aim": figure.aim(), "reached": figure.reached()}
            for figure in figures
        ],
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{name}.json").write_text(json.dumps(content, indent=2, ensure_ascii=False) + "\n")
    print()
    print("\n".join(table(figures)))
    print()
    print("\n".join(footer(figures, about)))


def table(figures):
    rows = [HEADINGS, *(figure.cells() for figure in figures)]
    widths = [max(map(len, column)) for column in zip(*rows)]
    lines = ["| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths)) + " |" for row in rows]
    rule = "| " + " | ".join("-" * width for width in widths) + " |"
    return [lines[0], rule, *lines[1:]]


def footer(figures, about):
    noisiest = about["stolen_time"]
    yield (
        f"{about['cores']} cores ({about['processor']}), which the load generators share. {about['landfall']}; "
        f"reference: {about['nginx'] or 'none, because nginx is missing (apt-get install -y nginx-light)'}; "
        f"closed loop by {about['closed_loop_by']}."
    )
    yield (
        f"Stolen by the host's other guests: at most {noisiest['worst_share'] * 100:.1f} % of a run "
        f"({noisiest['worst_run']})."
    )
    for figure in figures:
        if figure.missing is not None:
            yield f"Not measured: {figure.name}: {figure.missing.rstrip('.')}."


def surroundings(bench):
    worst_run, worst_share = bench.noise.worst()
    version = subprocess.run([bench.landfall, "--version"], capture_output=True, text=True, check=False).stdout
    return {
        "at": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "cores": bench.cores,
        "processor": machine.processor_model(),
        "landfall": version.strip(),
        "nginx": Nginx.version() if Nginx.installed() else None,
        "closed_loop_by": closed_generator(),
        "stolen_time": {"worst_run": worst_run, "worst_share": worst_share, "runs": dict(bench.noise.shares)},
    }


def number(value, decimals=None):
    """Three digits that mean something, more where the number is large, unless `decimals` are asked for."""
    if value == 0:
        return "0"
    if decimals is None:
        decimals = max(0, 2 - math.floor(math.log10(abs(value))))
    text = f"{value:,.{decimals}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def percentile(values, percent):
    """The smallest value that at least `percent` per cent of the values do not exceed."""
    ranked = sorted(values)
    return ranked[max(0, math.ceil(len(ranked) * percent / 100) - 1)]
