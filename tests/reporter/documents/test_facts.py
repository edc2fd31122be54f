"""facts.json: every finding by name, valid by its schema, never a zero for what is not known."""

import json
from importlib.resources import files

import pytest

from climtrack.analysis.survey import study as survey
from climtrack.reporter.documents.facts import facts_json, to_json
from climtrack.reporter.documents.schema import DOCUMENTS, schema
from climtrack.vocabulary.findings import Unknown
from climtrack.vocabulary.registry import REGIONS
from climtrack.vocabulary.series import pairing
from tests.reporter import made
from tests.schemas import validator


def facts(*studies):
    """The document of some studies of nh."""
    pair = pairing("nh", [study.series.key for study in studies])
    return json.loads(facts_json(pair, studies).data)


def test_the_document_says_what_the_findings_say():
    """Figures at full precision under their published names."""
    told = facts(made.study())
    validator("facts").validate(told)
    air = told["series"]["air"]
    assert (told["schema"], told["region"], told["as_of"], told["sample"]) == (
        "climtrack.facts/1", "nh", "2026-11-17", False,
    )  # fmt: skip
    assert air["latest"] == {"date": "2026-11-17", "value": 12.6, "status": "preliminary"}
    assert air["anomalies"]["1991-2020"]["site_value"] == 0.61
    assert air["year_over_year"]["last_crossing"] == "2026-10-18"
    assert air["direction"]["slope_14d"] == -0.1
    assert air["direction"]["anomaly_slope_14d_interval"] == [-0.014, 0.006]
    assert air["rank"]["day"]["rank"] == 4
    assert air["year_end"] == {"value": None, "why": str(made.UNKNOWN)}


def test_what_analysis_finds_is_valid():
    """A study of the true analysis, and a short one of which little can be known."""
    for start in (made.dt.date(1940, 1, 1), made.dt.date(2026, 9, 1)):
        held = made.series(start=start)
        validator("facts").validate(facts(survey(held, REGIONS["nh"])))


def test_the_sea_of_the_north_is_named():
    """The North Atlantic answers for nh, and the document says so."""
    sea = made.study("natlan", "oisst.sst.natlan", start=made.dt.date(1982, 1, 1))
    told = facts(made.study(), sea)
    validator("facts").validate(told)
    assert told["pairing"] == {
        "air": "era5.t2m.nh", "sst": "oisst.sst.natlan", "sea_named": True, "sea_computed": False,
    }  # fmt: skip
    assert told["series"]["sst"]["title"].startswith("North Atlantic")


def test_the_same_study_gives_the_same_bytes():
    """Byte for byte."""
    pair = pairing("nh", [made.series().key])
    assert facts_json(pair, [made.study()]).data == facts_json(pair, [made.study()]).data


def test_no_nan_and_no_stranger_gets_in():
    """What JSON has no form for is refused; what is not finite is not known."""
    assert to_json(float("nan")) == {"value": None, "why": "not a finite number"}
    assert to_json(Unknown("why")) == {"value": None, "why": "why"}
    with pytest.raises(TypeError, match="object"):
        to_json({"a": object()})


@pytest.mark.parametrize("name", DOCUMENTS)
def test_the_schemas_of_the_package_are_those_of_the_findings(name):
    """`make schemas` writes them after a finding has changed."""
    held = (files("climtrack") / "schemas" / f"{name}-1.json").read_text("utf-8")
    assert held == schema(name), "the findings have changed: run `make schemas`"


@pytest.mark.parametrize("broken", [{"schema": "climtrack.facts/2"}, {"as_of": "5 July"}, {"series": {}}])
def test_the_schema_refuses_what_is_wrong(broken):
    """A test of the schema itself."""
    assert not validator("facts").is_valid({**facts(made.study()), **broken})
