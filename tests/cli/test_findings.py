"""`facts`, `compare` and `records` on real data: tables, JSON by schema, exit codes."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from climtrack.cli.app import main
from tests.loopback import serving
from tests.schemas import validator

NOW = "2024-07-11T16:42:00Z"
SEED = "climate_reanalyzer_constructed/2024-07-05"


@pytest.fixture(scope="module")
def home(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A store filled from a loopback copy of the site as it stood in July 2024."""
    folder = tmp_path_factory.mktemp("findings")
    with serving(shared_data / SEED) as (base, _), pytest.MonkeyPatch.context() as patch:
        patch.setenv("CLIMTRACK_HOME", str(folder))
        patch.setenv("CLIMTRACK_BASE_URL", base)
        patch.setenv("CLIMTRACK_NOW", NOW)
        patch.setenv("CLIMTRACK_CONFIG", "")
        assert run("fetch", "world", "nh", "nino3.4", "gomex") in (0, 3)
        yield folder


def run(*words: str) -> int:
    """Run a command in this process; give its exit code."""
    try:
        main(words)
    except SystemExit as left:
        return int(left.code or 0)
    return 0


def _json(capsys: pytest.CaptureFixture[str], *words: str) -> Any:
    """What a command prints as JSON."""
    assert run(*words, "--json", "--offline") == 0
    return json.loads(capsys.readouterr().out)


def test_facts_as_a_table(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Piped: tab-separated rows, one table per series, the reason beside what is not known."""
    assert run("facts", "--region", "nh", "--offline") == 0
    out = capsys.readouterr().out.replace("\u00a0", " ")
    assert "latest\t21.895 °C\t2024-07-05, final" in out
    assert "Climate Reanalyzer gives +1.08 °C" in out  # 1.075, half away from zero, as in the report
    assert "above 1991–2020\t–\tthe series does not cover 1991–2020 (years 2001–2020 absent)" in out
    assert "North Atlantic: sea-surface temperature, data to 2024-07-04 (preliminary)" in out
    assert "year over year\t−0.23 °C\t23.81 °C on 2023-07-04" in out
    assert "\x1b" not in out


def test_any_other_year(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """World air of 2024 against 2016."""
    words = ("facts", "--region", "world", "--variable", "air", "--against", "2016")
    by_date = _json(capsys, *words)["series"]["air"]["year_over_year"]
    assert (by_date["other_year"], by_date["partner"]) == (2016, "2016-07-05")
    assert run(*words, "--offline") == 0
    assert "above 2016, now\t" in capsys.readouterr().out.replace("\u00a0", " ")


def test_facts_as_json(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One region one document, two regions a list, each by its schema."""
    one = _json(capsys, "facts", "--region", "nh")
    validator("facts").validate(one)
    assert one["series"]["air"]["anomalies"]["1979-2000"]["site_value"] == pytest.approx(1.075)
    assert one["series"]["air"]["absent_years"] == list(range(2001, 2023))
    both = _json(capsys, "facts", "--region", "nh,world")
    assert [document["region"] for document in both] == ["nh", "world"]
    for document in both:
        validator("facts").validate(document)


def test_compare(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Both variables, air minus sea and Niño 3.4, on the common day and the common baseline."""
    found = _json(capsys, "compare", "nh", "world")
    validator("compare").validate(found)
    air = found["variables"]["air"]
    assert (air["date"], air["baseline"]) == ("2024-07-05", "1979-2000")
    assert [side["key"]["region"] for side in air["sides"]] == ["nh", "world"]
    assert "only world2" in found["variables"]["sst"]["why"]  # the North Atlantic does not stand for a hemisphere
    assert found["air_minus_sea"]["world"]["difference"] == pytest.approx(-0.02, abs=0.01)
    assert (found["nino"]["phase"], found["nino"]["season_last"]) == (
        "el_nino",
        "2024-05-01",
    )  # RONI came with Niño 3.4
    assert run("compare", "nh", "world", "--offline") == 0
    out = capsys.readouterr().out.replace("\u00a0", " ")
    assert "nh-air minus world-air\t+0.29 °C" in out


def test_compare_needs_two_regions(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One region is a usage error, said in one line."""
    assert run("compare", "nh", "--offline") == 2
    assert capsys.readouterr().err.endswith("a comparison needs two regions. Name them: climtrack compare nh sh.\n")


def test_records(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three records, streaks and the holders of the calendar, as rows and as JSON."""
    found = _json(capsys, "records", "--region", "world")
    validator("records").validate(found)
    air = found["series"]["era5.t2m.world"]
    assert air["records"]["warmest_day"]["date"] == "2023-07-06"
    assert sum(holder["days"] for holder in air["records"]["warm_holders"]) == 365
    assert air["streaks"]["longest_record_days"] == {"first": "2023-08-15", "last": "2023-12-08", "days": 116}
    assert run("records", "--region", "world", "--variable", "air", "--offline") == 0
    assert "warmest day of all\t17.074 °C\t2023-07-06\tclear" in capsys.readouterr().out.replace("\u00a0", " ")


def test_as_of_looks_at_nothing_later(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On 3 July 2023 the warmest day of world air was that very day."""
    found = _json(capsys, "records", "--region", "world", "--variable", "air", "--as-of", "2023-07-03")
    record = found["series"]["era5.t2m.world"]["records"]["warmest_day"]
    assert record["date"] == "2023-07-03"
    assert record["previous"]["date"] == "2016-08-13"


def test_simulated_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a store the sample answers, and every table and document says so; with --no-sample nothing does."""
    monkeypatch.setenv("CLIMTRACK_HOME", str(tmp_path))
    monkeypatch.setenv("CLIMTRACK_CONFIG", "")
    monkeypatch.setenv("CLIMTRACK_NOW", NOW)
    found = _json(capsys, "compare", "nh", "sh", "--variable", "air")
    validator("compare").validate(found)
    assert found["sample"]
    assert found["variables"]["air"]["shares"]["north_percent"]
    assert run("records", "--region", "sh", "--offline") == 0
    out, err = capsys.readouterr()
    assert out.startswith("SIMULATED · ")
    assert "SIMULATED" in err
    assert run("facts", "--region", "nh", "--offline", "--no-sample") != 0


@pytest.mark.parametrize("name", ["compare", "records"])
def test_the_schemas_refuse_what_is_wrong(home: Path, capsys: pytest.CaptureFixture[str], name: str) -> None:
    """A missing part, a number as text and an unknown claim are refused."""
    words = ("compare", "nh", "world") if name == "compare" else ("records", "--region", "world")
    document = _json(capsys, *words)
    for wrong in _spoilt(document, name):
        assert not validator(name).is_valid(wrong)


def _spoilt(document: dict[str, Any], name: str) -> Iterator[dict[str, Any]]:
    """The document with one fault each."""
    for part in document:
        spoilt = copy.deepcopy(document)
        del spoilt[part]
        yield spoilt
    spoilt = copy.deepcopy(document)
    if name == "compare":
        spoilt["variables"]["air"]["sides"][0]["value"] = "21.9"
        yield spoilt
        spoilt = copy.deepcopy(document)
        spoilt["nino"] = {"phase": "el niño"}
    else:
        spoilt["series"]["era5.t2m.world"]["records"]["warmest_day"]["claim"] = "certain"
        yield spoilt
        spoilt = copy.deepcopy(document)
        spoilt["series"]["era5.t2m.world"]["streaks"]["last_record"] = "yesterday"
    yield spoilt
