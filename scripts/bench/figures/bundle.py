"""What a browser downloads for the admin."""

from bench import ROOT
from report import Figure
from unmeasured import Unmeasured


def sizes(_bench):
    folder = ROOT / "target" / "site" / "pkg"
    for encoding in ("br", "gz"):
        files = [folder / f"landfall.{kind}.{encoding}" for kind in ("wasm", "js")]
        missing = [str(file) for file in files if not file.is_file()]
        if missing:
            raise Unmeasured(f"{', '.join(missing)} is missing; `make site` builds it")
        size = sum(file.stat().st_size for file in files)
        yield Figure(f"the admin's wasm and JavaScript, .{encoding}", ours=size / 1e3, unit="kB", most=500)
