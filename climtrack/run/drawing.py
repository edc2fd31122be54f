"""Which pictures a request asks for, drawn on as many cores as help."""

from __future__ import annotations

import datetime as dt
import enum
import gc
import hashlib
import json
import logging
import os
import signal
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from climtrack.analysis.enso import overlay
from climtrack.analysis.survey import study
from climtrack.config import Config, Mistake, told
from climtrack.errors import ConfigError, DiskError, RenderError
from climtrack.files import write_whole
from climtrack.reporter.charts import CHARTS, Chart
from climtrack.reporter.gallery import gallery
from climtrack.reporter.presets import PRESETS
from climtrack.reporter.render import rendered
from climtrack.reporter.theme import Theme, themed
from climtrack.run.run import Run, sampled
from climtrack.run.series import keys_of
from climtrack.signals import die_with, undisturbed
from climtrack.store.netcdf import Store
from climtrack.vocabulary.assets import Asset, Words
from climtrack.vocabulary.findings import Overlay, Study, Unknown
from climtrack.vocabulary.pairing import pairing
from climtrack.vocabulary.registry import Baseline
from climtrack.vocabulary.series import Series, SeriesKey
from climtrack.words.language import LANGUAGES, Language

if TYPE_CHECKING:
    pass


# Themes as config.toml wants them.


def looks(config: Config, names: Iterable[str]) -> tuple[Theme, ...]:
    """Themes by name, with the user's own colours, typeface, credit and logo."""
    own = config.theme
    common: dict[str, object] = {"scale": own.scale} if own.scale != 1 else {}
    common |= {name: text for name, text in (("credit", own.credit), ("logo", own.logo)) if text}
    if own.font:
        folder = Path(own.font).expanduser()
        common |= {
            f"font_{name}": str(next(folder.glob(pattern), folder / pattern.replace("*", "")))
            for name, pattern in (
                ("regular", "*Regular.ttf"),
                ("semibold", "*[Ss]emi[Bb]old.ttf"),
                ("bold", "*[-_]Bold.ttf"),
                ("italic", "*It*.ttf"),
            )
        }
    try:
        return tuple(themed(name, {**common, **getattr(own, name)}) for name in names)
    except ConfigError as problem:
        raise _placed(problem, config) from problem


def _placed(problem: ConfigError, config: Config) -> ConfigError:
    """The same with file, line and key, where the choice is of config.toml: a typeface or logo that is not there."""
    where, _, what = problem.what.partition(" ")
    key = where.rstrip(":").rpartition(".")[2].partition("_")[0]
    if config.path is None or key not in {"logo", "font"}:
        return problem
    with suppress(OSError, UnicodeDecodeError):
        text = config.path.read_text(encoding="utf-8-sig")
        return ConfigError(told([Mistake(("theme", key), f"{what}; {problem.remedy}")], config.path, text))
    return problem


# What a chart needs besides its own series: the other hemisphere, the state of El Niño, the date of the last issue.


NINO = SeriesKey("oisst", "sst", "nino3.4")


@dataclass(frozen=True, slots=True, eq=False)
class Companions:
    """Studies and dates that complete a picture."""

    # North and south, by variable name
    hemispheres: Mapping[str, tuple[Study, ...]] = field(default_factory=lambda: MappingProxyType({}))
    nino: Study | None = None
    since: dt.date | None = None  # Date of the last issue; None for a fortnight ago

    def subjects(self, chart: Chart, studies: Sequence[Study]) -> list[tuple[tuple[Study, ...], Mapping[str, Any]]]:
        """What a chart is drawn of, with what it alone understands."""
        if chart.series[0] > 1:
            names = dict.fromkeys(study.series.key.variable for study in studies)
            return [(self.hemispheres[name], {}) for name in names if name in self.hemispheres]
        if chart.name == "since_last_issue":
            return [((study,), {"since": self.since} if self.since else {}) for study in studies]
        if chart.name == "el_nino_overlay":
            from climtrack.analysis.enso import overlay

            laid = [(study, overlay(study, self.nino)) for study in studies] if self.nino is not None else []
            return [((study,), {"overlay": found}) for study, found in laid if not isinstance(found, Unknown)]
        return [((study,), {}) for study in studies]


def companions(
    run: Run,
    charts: Sequence[str],
    variables: Sequence[str],
    series: Mapping[SeriesKey, Series],
    *,
    baseline: Baseline,
    as_of: dt.date | None,
    since: dt.date | None,
) -> Companions:
    """What the charts asked for need besides their own series; what cannot be had is left out."""
    known = run.known_keys()
    pairs = [pairing(name, known) for name in ("nh", "sh")] if any(CHARTS[c].series[0] > 1 for c in charts) else []
    needed = [key for key in keys_of(pairs, variables) if key.region in ("nh", "sh")]
    needed += [NINO] if "el_nino_overlay" in charts and NINO in known else []
    found = {key: one for key, one in series.items() if key in needed}
    found |= run.additional(key for key in needed if key not in found)
    studies = {
        study.series.key: study
        for pair in [*pairs, *([pairing(NINO.region, known)] if NINO in needed else [])]
        for study in run.studies(pair, ("air", "sst"), found, baseline=baseline, as_of=as_of)
    }
    both: dict[str, tuple[Study, ...]] = {}
    for key in needed:
        if key in studies and key != NINO:
            both[key.variable] = (*both.get(key.variable, ()), studies[key])
    whole = {name: halves for name, halves in both.items() if len(halves) == 2}
    return Companions(MappingProxyType(whole), studies.get(NINO), since)


#: With fewer pictures for each, a second process costs more than it saves.
WORTH_A_PROCESS = 2
#: Filled in workers only.
_inherited: list[Picture] = []


@dataclass(frozen=True, slots=True, eq=False)
class Picture:
    """One picture to draw."""

    chart: str
    studies: tuple[Study, ...]
    preset: str
    theme: Theme
    language: str
    formats: tuple[str, ...]
    options: Mapping[str, Any] = field(default_factory=dict)  # What the chart alone understands


def charts_of(names: Iterable[str]) -> tuple[str, ...]:
    """Charts by name, ``all`` meaning every one."""
    import difflib

    chosen: dict[str, None] = {}
    for name in names:
        key = name.replace("-", "_")
        if key == "all":
            chosen |= dict.fromkeys(CHARTS)
        elif key in CHARTS:
            chosen[key] = None
        else:
            slugs = [chart.slug for chart in CHARTS.values()]
            near = difflib.get_close_matches(name, slugs, n=1)
            hint = f"; did you mean {near[0]!r}?" if near else ""
            raise ConfigError(f"unknown chart {name[:40]!r}{hint}", f"Known are {', '.join(slugs)}, all")
    return tuple(chosen)


def pictures(
    charts: Sequence[str],
    studies: Sequence[Study],
    *,
    companions: Companions,
    presets: Sequence[str],
    themes: Sequence[Theme],
    languages: Sequence[str],
    formats: Sequence[str],
) -> tuple[Picture, ...]:
    """Every picture of a region."""
    found = []
    for name in charts:
        chart = CHARTS[name]
        for shown, options in companions.subjects(chart, studies):
            for preset in [one for one in presets if one in chart.presets] or chart.presets[:1]:
                found += [
                    Picture(name, shown, preset, theme, language, tuple(formats), options)
                    for theme in themes
                    for language in languages
                ]
    return tuple(found)


def draw(wanted: Sequence[Picture], *, workers: int | None = None) -> tuple[tuple[Asset, ...], tuple[str, ...]]:
    results = drawings(wanted, workers=workers)
    assets = tuple(asset for result in results if not isinstance(result, str) for asset in result)
    return assets, tuple(dict.fromkeys(result for result in results if isinstance(result, str)))


def drawings(wanted: Sequence[Picture], *, workers: int | None = None) -> list[tuple[Asset, ...] | str]:
    """Draw pictures, each with what became of it."""
    if not wanted:
        return []
    count = min(workers or _cores(), len(wanted) // WORTH_A_PROCESS)
    with _loaded(wanted):
        shared = count > 1 and hasattr(os, "fork")
        return _shared_out(wanted, count) if shared else [_drawn(picture) for picture in wanted]


def _shared_out(wanted: Sequence[Picture], count: int) -> list[tuple[Asset, ...] | str]:
    """Pictures drawn by several processes, which share what was there when they parted."""
    import multiprocessing
    from concurrent.futures import ProcessPoolExecutor

    fork = multiprocessing.get_context("fork")
    pool = ProcessPoolExecutor(count, mp_context=fork, initializer=_inherit, initargs=(wanted, os.getpid()))
    try:
        # not `map`, which cancels what waits on its way out: the pool cannot break what is cancelled
        with undisturbed():  # what a fork calls back would swallow a wish to stop
            begun = [pool.submit(_drawn_by_number, number) for number in range(len(wanted))]
        return [one.result() for one in begun]
    except BaseException:  # told to stop: the pool would first finish what it has begun
        with undisturbed():
            for worker in multiprocessing.active_children():
                worker.kill()
            # One that was killed in the middle of a picture leaves half of it, whose rest would be waited for as long
            # as anybody could write it; nobody but this process can any more.
            pool._result_queue._writer.close()  # type: ignore[attr-defined]
        raise
    finally:
        with undisturbed():  # a pool that is left half closed complains at the very end
            pool.shutdown()


@contextmanager
def _loaded(wanted: Sequence[Picture]) -> Iterator[None]:
    """
    Modules and words, loaded before the processes part.

    All of it stays, so that the garbage collector neither runs meanwhile nor looks through it afterwards: only through
    what a picture leaves.
    """
    collecting = gc.isenabled()
    gc.disable()
    try:
        import_module("climtrack.reporter.encode")
        for chart in {picture.chart for picture in wanted}:
            import_module(f"climtrack.reporter.charts.{chart}")
        for code in LANGUAGES:  # a picture's words are told in all of them, to be equally long
            Language(code).text("days", 2)
    finally:
        if collecting:
            gc.enable()
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


def _inherit(wanted: Sequence[Picture], parent: int) -> None:
    """What a worker is to draw, had by the fork itself: nothing is copied through a pipe. It dies with its parent."""
    die_with(parent)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _inherited.extend(wanted)


def _drawn_by_number(number: int) -> tuple[Asset, ...] | str:
    """One picture of a worker's."""
    return _drawn(_inherited[number])


def _drawn(picture: Picture) -> tuple[Asset, ...] | str:
    """The picture, or why there is none; one that fails leaves the others alone."""
    try:
        return rendered(
            picture.chart,
            picture.studies,
            preset=picture.preset,
            theme=picture.theme,
            language=picture.language,
            formats=picture.formats,
            **picture.options,
        )
    except RenderError as problem:
        label = picture.studies[0].series.key.label
        return f"chart {label} {CHARTS[picture.chart].slug} not drawn: {problem.what}; a picture already there stays."


def _cores() -> int:
    """Cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def known_presets() -> tuple[str, ...]:
    """Presets by name."""
    return tuple(PRESETS)


# Pictures that need not be drawn again: same facts, same look, same climtrack, and the file still whole.
#
# A picture's name here is a hash over everything it is drawn from: the studies, the options, preset, theme (with the
# bytes of its typefaces and logo), language, formats, climtrack's own code and the libraries that draw. Where the last
# round made a picture under that name, and the file where it was shown still has the hash it had then, its bytes are
# taken from there. So an unchanged round draws nothing, and a damaged or missing file is made again.


log = logging.getLogger(__name__)

FILE = "pictures.json"
#: Rooms whose code makes a picture what it is, and the libraries that do.
ROOMS = ("analysis", "reporter", "vocabulary")
LIBRARIES = ("matplotlib", "numpy", "pillow", "babel", "font-source-sans-pro")


class Album:
    """What the last round drew, and what this one does."""

    def __init__(self, home: Path, shown: Callable[[str], bytes | None]) -> None:
        self._file, self._shown = home / FILE, shown
        self._before = _read(self._file)
        self._now: dict[str, list[dict[str, Any]]] = {}
        self._counted: dict[int, tuple[object, str]] = {}
        self._maker = ""
        #: How many pictures were drawn, every format counted.
        self.drawn = 0

    def draw(self, wanted: Sequence[Picture]) -> tuple[tuple[Asset, ...], tuple[str, ...]]:
        """Pictures, those drawn that are not there."""
        names = [self._name(picture) for picture in wanted]
        results: list[tuple[Asset, ...] | str | None] = [self._kept(name) for name in names]
        anew = [n for n, found in enumerate(results) if found is None]
        for n, made in zip(anew, drawings([wanted[n] for n in anew]), strict=True):
            results[n] = made
            self.drawn += 0 if isinstance(made, str) else len(made)
        assets: list[Asset] = []
        for name, result in zip(names, results, strict=True):
            if isinstance(result, tuple):
                assets += result
                self._now |= {name: [_record(asset) for asset in result]} if name else {}
        return tuple(assets), tuple(dict.fromkeys(result for result in results if isinstance(result, str)))

    def save(self) -> None:
        """Keep the list for the next round; without it the next one draws everything, which is harmless."""
        try:
            write_whole(self._file, _document(self._now))
        except DiskError as problem:
            log.info("%s", problem)

    def _kept(self, name: str) -> tuple[Asset, ...] | None:
        """The files of a picture as they are shown, if every one of them is whole."""
        records = self._before.get(name)
        if not name or not records:
            return None
        assets = []
        for record in records:
            data = self._shown(record["path"])
            if data is None or hashlib.sha256(data).hexdigest() != record["sha256"]:
                return None
            known = {key: value for key, value in record.items() if key not in {"sha256", "words"}}
            assets.append(Asset(data=data, words=Words(**record["words"]) if record["words"] else None, **known))
        return tuple(assets)

    def _name(self, picture: Picture) -> str:
        """Hash over everything that a picture is drawn from; empty where that cannot be told."""
        self._maker = self._maker or _maker()
        try:
            large = [*map(self._once, picture.studies), self._once(picture.theme)]
            rest = [getattr(picture, one.name) for one in fields(picture) if one.name not in {"studies", "theme"}]
            return _named([self._maker, large, rest])
        except TypeError as problem:  # an option of a kind not known here: its picture is drawn each time
            log.info("a picture has no name: %s", problem)
            return ""

    def _once(self, value: Study | Theme) -> str:
        """Name of what many pictures share."""
        if id(value) not in self._counted:
            self._counted[id(value)] = value, _named(value)
        return self._counted[id(value)][1]


def _named(value: object) -> str:
    """Hash of a value of the vocabulary, down to its last number."""
    told = hashlib.sha256()
    _tell(value, told.update)
    return told.hexdigest()


def _tell(value: object, say: Callable[[bytes], None]) -> None:
    """Everything that a value consists of, in an order of its own."""
    say(f"\n{type(value).__name__} ".encode())
    if value is None or isinstance(value, bool | int | float | str | bytes | np.generic | dt.date | dt.timedelta):
        say(repr(value).encode())
    elif isinstance(value, enum.Enum):
        say(value.name.encode())
    elif isinstance(value, np.ndarray):
        say(f"{value.dtype.str} {value.shape} ".encode() + np.ascontiguousarray(value).tobytes())
    elif isinstance(value, Path):
        say(str(value).encode() + (value.read_bytes() if value.is_file() else b""))
    elif is_dataclass(value) and not isinstance(value, type):
        for one in fields(value):
            say(one.name.encode())
            _tell(getattr(value, one.name), say)
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            _tell(key, say)
            _tell(inner, say)
    elif isinstance(value, tuple | list):
        for inner in value:
            _tell(inner, say)
    else:
        raise TypeError(f"{type(value).__name__} is no value of the vocabulary")


def _maker() -> str:
    """Hash of climtrack's own code that draws, and the versions of what it draws with."""
    root = Path(__file__).parents[1]
    told = hashlib.sha256()
    for path in sorted(path for room in ROOMS for path in (root / room).rglob("*") if path.is_file()):
        if path.suffix != ".pyc":
            told.update(f"{path.relative_to(root)}\n".encode() + path.read_bytes())
    for name in LIBRARIES:
        try:
            told.update(f"{name} {version(name)}\n".encode())
        except PackageNotFoundError:  # it goes without; that it is there one day makes another picture
            told.update(f"{name}\n".encode())
    return told.hexdigest()


def _record(asset: Asset) -> dict[str, Any]:
    """What is kept of a picture's file beside its bytes."""
    return {
        "path": asset.path,
        "media_type": asset.media_type,
        "language": asset.language,
        "width": asset.width,
        "height": asset.height,
        "sha256": asset.sha256,
        "words": asdict(asset.words) if asset.words else None,
    }


def _document(pictures: Mapping[str, list[dict[str, Any]]]) -> bytes:
    """The list with its checksum."""
    body = json.dumps(pictures, sort_keys=True)
    return json.dumps({"checksum": hashlib.sha256(body.encode()).hexdigest(), "pictures": pictures}).encode()


def _read(path: Path) -> Mapping[str, list[dict[str, Any]]]:
    """The list of the last round; empty where it is not what was written."""
    try:
        pictures: dict[str, list[dict[str, Any]]] = json.loads(path.read_bytes())["pictures"]
        return pictures if _document(pictures) == path.read_bytes() else {}
    except (OSError, ValueError, LookupError, TypeError, RecursionError):
        return {}


# Every chart of the catalogue drawn of the sample, or of what is stored.


NORTH, SOUTH = SeriesKey("era5", "t2m", "nh"), SeriesKey("era5", "t2m", "sh")


def gallery_pictures(
    config: Config,
    store: Store | None,
    now: dt.datetime,
    *,
    charts: Sequence[str],
    languages: Sequence[str],
    themes: Sequence[str],
) -> tuple[tuple[Asset, ...], tuple[str, ...]]:
    """The gallery: every chart in every composition, and the page that shows them."""
    keys = (NORTH, SOUTH, NINO)
    series = sampled(keys, now) if store is None else {key: store.read(key) for key in keys}
    known = {key: study(one, config.region(key.region)) for key, one in series.items()}
    found = overlay(known[NINO], known[NINO])
    wanted = [
        Picture(name, shown, preset, theme, language, ("png",), options)
        for name in charts
        for shown, options in (_subject(name, known, found if isinstance(found, Overlay) else None),)
        for language in languages
        for theme in looks(config, themes)
        for preset in CHARTS[name].presets
    ]
    assets, lines = draw(wanted)
    newest = max(one.series.end for one in known.values())
    kind = "Simulated data" if store is None else "Stored data"
    return (*assets, gallery(assets, said=f"{kind} to {newest:%-d %B %Y}.")), lines


def _subject(
    name: str, known: dict[SeriesKey, Study], overlay: Overlay | None
) -> tuple[tuple[Study, ...], dict[str, object]]:
    """What a chart is shown with."""
    if name == "el_nino_overlay":
        return (known[NINO],), {} if overlay is None else {"overlay": overlay}
    pair = (known[NORTH], known[SOUTH])
    return pair[: CHARTS[name].series[1]], {}
