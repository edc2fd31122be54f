"""One product succeeds another: both are kept apart and compared, and the switch is told."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path

import numpy as np
import pytest

from climtrack.analysis.succession import side_by_side
from climtrack.config import Config, load
from climtrack.errors import AnalysisError, SourceUnavailable
from climtrack.fetcher.fetch import fetch as ask
from climtrack.fetcher.reanalyzer import ENDPOINTS, Endpoint
from climtrack.run.drawing import Request
from climtrack.run.facts import products, products_document
from climtrack.run.fetch import accept, fetch
from climtrack.run.publish import write_post
from climtrack.run.run import Run
from climtrack.run.series import english
from climtrack.store.store import Store
from climtrack.vocabulary.registry import DEFAULT
from climtrack.vocabulary.series import Payload, Series, SeriesKey
from climtrack.words.attribution import attribution
from climtrack.words.language import Language
from tests.run.site import AIR, NOON, Site
from tests.schemas import validator

ERA6 = SeriesKey("era6", "t2m", "nh")
CFSR = SeriesKey("cfsr", "t2m", "world")
WORLD = SeriesKey("era5", "t2m", "world")
SUCCESSOR = (
    '[[products]]\nname = "era6"\ntitle = "ERA6"\nprovider = "C3S/ECMWF"\nlicence = "CC-BY 4.0"\nfirst_year = 1940\n'
    'attribution = "Contains ERA6."\n'
    f'[[endpoints]]\nkey = "era6.t2m.nh"\npath = "{ENDPOINTS[AIR].path}"\n'
)


def settings(folder: Path, text: str) -> Config:
    """Settings of a file."""
    file = folder / "config.toml"
    file.write_text(text, encoding="utf-8")
    return load(file, {"CLIMTRACK_HOME": str(folder / "home")})


def moved(key: SeriesKey, body: bytes) -> bytes:
    """The next product at the old address: another name, and every value 0.1 °C and a little weather higher."""
    if key != AIR:
        return body
    rows = json.loads(body)
    for row in rows:
        row["data_source"] = "ERA6 Copernicus C3S"
        if row["name"].isdigit():
            row["data"] = [None if v is None else round(v + 0.1 + i % 5 / 100, 3) for i, v in enumerate(row["data"])]
    return json.dumps(rows).encode()


class SiteOf(Site):
    """The old address, whichever product stands there."""

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
        """The copy of today."""
        return super().get(path)


def test_a_successor_at_the_old_address(tmp_path: Path) -> None:
    """Refused under the old name, which goes on answering; named in config.toml it is stored, leads and is compared."""
    site, config = SiteOf(NOON.date()), settings(tmp_path, "")
    with Run(config, NOON, transport=site) as run:
        fetch(run, ["nh"], ("air",))
        run.remember([(AIR, NOON.date(), "change", NOON.date())])
    held = Store(config.home).read(AIR)

    site.mood, later = moved, NOON + dt.timedelta(days=2)
    site.today = later.date()
    with Run(config, later, transport=site) as run:
        assert run.series([AIR])[AIR].digest == held.digest
    (line,) = map(english, run.outcome.notices)
    assert 'name is now "ERA6 Copernicus C3S"' in line
    assert line.endswith("Using data as of 2026-07-05 (8 days old). Wait, `climtrack accept` or [[products]].")
    assert (run.outcome.code, run.outcome.strict_code) == (0, 3)

    config = settings(tmp_path, SUCCESSOR)
    with Run(config, later, transport=site) as run:
        assert run.pairings(["nh"], ("air",))[0].air == AIR  # until the other is there
        (pair,), series = run.answer(["nh"], ("air",))
        assert run.outcome.code == 0
        assert pair.air == ERA6
        assert series[ERA6].values.size > held.values.size
    for day, told in ((later, True), (later + dt.timedelta(days=1), False)):  # in the first issue alone
        with Run(config, day, transport=site, offline=True) as run:
            wanted = Request(("nh",), ("air",), ("en",), ("stripes",), ("email",), ("light",), ("png",), None)
            (folder,) = write_post(run, wanted, None, tmp_path / "post")
        (text,) = (file.read_text(encoding="utf-8") for file in folder.glob("*.md"))
        assert ("records are now those of ERA6, no longer of ERA5." in text) == told
    with Run(config, later, transport=site, offline=True) as run:
        ((both, (leading, other)),) = products(run, "nh", ("air",), baseline=DEFAULT)
        (told,) = run.succession_notices([leading])
        validator("products").validate(products_document(run, (((both, (leading, other)),))))
    assert Store(config.home).read(AIR).digest == held.digest
    assert (both.end, both.overall.mean) == (held.end, pytest.approx(0.12, abs=0.001))
    assert (both.overall.low, both.overall.high) == (pytest.approx(0.1), pytest.approx(0.14))
    assert all(month is not None and month.days > 2000 for month in both.months)
    assert leading.findings.records.warmest_day != other.findings.records.warmest_day
    assert [study.series.key.label for study in (leading, other)] == ["nh-air-era6", "nh-air"]
    assert english(told) == (
        "nh-air is now ERA6; ERA5 is kept apart (to 2026-07-05). Over their last 365 common days ERA6 is 0.12 °C "
        "warmer, 9 days in 10 between +0.10 and +0.14. Ranks and records are ERA6's own."
    )
    assert "entre +0,10 y +0,14. Puestos y récords son los de ERA6." in Language("es").say(told)
    assert attribution(leading.series, Language("en"))[1:] == ("Contains ERA6.",)


def test_a_successor_that_is_not_there_yet(tmp_path: Path) -> None:
    """At an address of its own that does not answer: the line says so, and the old product answers as before."""
    config = settings(tmp_path, SUCCESSOR.replace("era5_nh", "era6_nh"))

    class Old(Site):
        def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
            if "era6" in path:
                raise SourceUnavailable("fetch.gone", status=404)
            return super().get(path, etag=etag)

    with Run(config, NOON, transport=Old(NOON.date())) as run:
        fetch(run, ["nh"], ("air",))
    assert run.outcome.code == 3
    assert [english(line).partition(":")[0] for line in run.outcome.notices] == ["nh-air-era6"]
    with Run(config, NOON, offline=True) as run:
        assert run.pairings(["nh"], ("air",))[0].air == AIR
        with pytest.raises(AnalysisError, match="needs two regions"):
            products(run, "nh", ("air",), baseline=DEFAULT)


class Folder:
    """Files of a folder, as the site served them on a day."""

    def __init__(self, *folders: Path) -> None:
        self.folders = folders

    def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
        """The file, or that there is none."""
        for folder in self.folders:
            if (folder / path).is_file():
                return Payload(f"https://example.org/{path}", (folder / path).read_bytes())
        raise SourceUnavailable("fetch.gone", status=404)


@pytest.mark.shared
def test_the_move_of_december_2023(tmp_path: Path, shared_data: Path) -> None:
    """CFSR answers until ERA5 is there; then ERA5 does, 0.11 °C below CFSR in 2023, and CFSR is kept apart."""
    copies = shared_data / "climate_reanalyzer"
    config = settings(
        tmp_path,
        '[[endpoints]]\nkey = "cfsr.t2m.world"\npath = "clim/t2_daily/json/cfsr_world_t2_day.json"\n',
    )
    before = dt.datetime(2023, 12, 2, 18, tzinfo=dt.UTC)
    with Run(config, before, transport=Folder(copies / "2023-12-01")) as run:
        accept(run, [CFSR])  # its rows name no source
        assert run.pairings(["world"], ("air",))[0].air == CFSR
        assert run.series([CFSR])[CFSR].end == dt.date(2023, 11, 30)
    (line,) = map(english, run.outcome.notices)
    assert line.startswith("world-air: not updated: the address no longer exists (404)")
    assert run.outcome.code == 3

    # ERA5 at CFSR's address is refused, the old data answer
    body = (copies / "2024-09-04/clim/t2_daily/json/era5_world_t2_day.json").read_bytes()

    class Moved:
        def get(self, path: str, *, etag: str = "", last_modified: str = "") -> Payload | None:
            return Payload(path, body)

    after = dt.datetime(2024, 9, 5, 18, tzinfo=dt.UTC)
    answer = ask(Endpoint(CFSR, "x"), Store(config.home).read(CFSR), transport=Moved(), now=after)
    assert answer.error is not None
    assert answer.error.id == "fetch.other_source"
    assert answer.error.facts["n"] > 16_000

    with Run(config, after, transport=Folder(copies / "2023-12-01", copies / "2024-09-04")) as run:
        fetch(run, ["world"], ("air",))
    with Run(config, after, offline=True) as run:
        assert run.pairings(["world"], ("air",))[0].air == WORLD
        era5, cfsr = run.series([WORLD])[WORLD], Store(config.home).read(CFSR)
    begin = (dt.date(2023, 1, 1) - cfsr.start).days
    of_2023 = side_by_side(
        Series(CFSR, dt.date(2023, 1, 1), cfsr.values[begin:], cfsr.status[begin:], cfsr.source), era5
    )
    assert of_2023.overall.mean == pytest.approx(0.104, abs=0.0005)  # to 30 November, of days between -0.08 and +0.25
    assert -0.08 <= of_2023.overall.low < 0.0 < 0.2 < of_2023.overall.high <= 0.25
    assert of_2023.months[11] is None
    assert side_by_side(era5, cfsr).last_year.mean == pytest.approx(-0.1, abs=0.02)


def test_worked_by_hand() -> None:
    """Three days of both in January, one in March: means and limits of each month."""

    def series(product: str, start: dt.date, values: list[float]) -> Series:
        from tests.fetcher.test_checks import SOURCE

        data = np.array(values)
        return Series(SeriesKey(product, "t2m", "world"), start, data, np.isfinite(data).astype(np.int8), SOURCE)

    gap = [np.nan] * 30
    old = series("cfsr", dt.date(2020, 1, 29), [1.0, 1.0, 1.0, *gap, 5.0])
    new = series("era5", dt.date(2020, 1, 28), [9.0, 1.1, 1.2, 1.6, *gap, 4.0, 7.0])
    both = side_by_side(new, old)
    assert (both.start, both.end) == (dt.date(2020, 1, 29), dt.date(2020, 3, 2))
    january, february, march = both.months[:3]
    assert january is not None
    assert (january.days, january.mean) == (3, pytest.approx(0.3))
    assert (january.low, january.high) == (pytest.approx(0.11), pytest.approx(0.56))
    assert february is None
    assert march is not None
    assert (march.days, march.mean, march.low) == (1, -1.0, -1.0)
