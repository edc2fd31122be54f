"""
Run: what one command works with, from its settings to its exit code.

A command opens one and hands it on; steps are its methods or take it as their first argument.
"""

from __future__ import annotations

import copy
import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Self

from climtrack.analysis.enso import nino_state
from climtrack.analysis.months import month_study
from climtrack.analysis.succession import side_by_side
from climtrack.analysis.survey import estimates, study
from climtrack.config import Config
from climtrack.errors import (
    AnalysisError,
    ClimtrackError,
    ConfigError,
    DiskError,
    Notice,
    SeriesError,
    SeriesNotFound,
    SourceChanged,
    SourceUnavailable,
    StoreBusy,
    StoreNewer,
)
from climtrack.fetcher import fetch as fetcher
from climtrack.fetcher.pulse import PULSE
from climtrack.fetcher.reanalyzer import Endpoint
from climtrack.fetcher.sample import SampleTransport
from climtrack.run.series import (
    Change,
    Line,
    endpoints,
    failure_notices,
    held,
    http_policy,
    keys_of,
    late_notices,
    overdue,
    report_keys,
    span,
    whole,
)
from climtrack.store.store import Store
from climtrack.vocabulary.findings import AnyStudy, MonthStudy, Study
from climtrack.vocabulary.registry import DEFAULT, PRODUCTS, Baseline
from climtrack.vocabulary.series import (
    COMPUTED,
    LEADING,
    MONTHS,
    RONI,
    SEAS,
    Pairing,
    Series,
    SeriesKey,
    Transport,
    pairing,
)

if TYPE_CHECKING:
    from climtrack.store.store import Writer

#: Exit codes of a run that came to its end: some of what was asked for is missing or old, or all of it.
SOME, ALL = 3, 4
#: Age of a copy, older than usual, from which it is asked for in full: a cache may say "not modified" for ever.
DOUBT = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True, eq=False)
class Outcome:
    """How a run went: what to tell the user, and the exit code to leave with."""

    notices: tuple[Line, ...] = ()
    failed: int = 0  # `SOME` or `ALL` of what was asked for could not be had; 0 where nothing failed
    stale: bool = False  # Whether some series were not updated or are older than usual
    refusal: ClimtrackError | None = None  # Why a part of the work was left; the rest was done all the same
    interrupted: bool = False

    @property
    def code(self) -> int:
        """Exit code, as the manual lists them."""
        if self.interrupted:
            return 130
        return max(self.failed, self.refusal.exit_code if self.refusal else 0)

    @property
    def strict_code(self) -> int:
        """Exit code where old data count as a failure."""
        return self.code or SOME * self.stale


class Run:
    """One command: settings, time, store and sources, all opened when first needed, and what there is to tell."""

    def __init__(
        self,
        config: Config,
        now: dt.datetime,
        *,
        transport: Transport | None = None,
        second_source: Transport | None = None,
        offline: bool = False,
        sample: bool = True,
        known_on: dt.date | dt.datetime | None = None,
        on_done: Callable[[SeriesKey, int], None] = lambda *_: None,
    ) -> None:
        self.config = config
        self.known_on = known_on  # use only what was known on this day or by this time, without asking the source
        if known_on is not None and not isinstance(known_on, dt.datetime):
            known_on = dt.datetime.combine(known_on, dt.time(23, 59, 59), dt.UTC)
        self.now = now if known_on is None else min(now, known_on)  # ages are those of then
        self.offline, self.sample = offline, sample  # sample: simulated data may stand in where there are none
        self.simulated = False
        self.on_done = on_done  # hears of each series that is done, and of how many are asked for so far
        self._asked = 0
        self._transport, self._second = transport, second_source
        self._stack = ExitStack()
        self._outcome = Outcome()
        self.done: list[SeriesKey] = []  # series that the sources have answered for so far
        self._held: dict[SeriesKey, Series | None] = {}
        self._studies: dict[tuple[SeriesKey, Baseline | None, dt.date | None], Study] = {}

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    # What there is to tell.

    def say(self, *notices: Line, failed: int = 0, stale: bool = False, refusal: ClimtrackError | None = None) -> None:
        """Note lines for the user, each once, and what they mean for the exit code."""
        was = self._outcome
        self._outcome = Outcome(
            tuple(dict.fromkeys((*was.notices, *notices))),
            max(was.failed, failed),
            was.stale or stale,
            refusal or was.refusal,
        )

    def interrupt(self, notice: Notice) -> None:
        """Note that the run was told to stop before its end: nothing else matters then."""
        self._outcome = Outcome((notice,), interrupted=True)

    @property
    def outcome(self) -> Outcome:
        """How the run has gone so far; what the store has to tell comes first."""
        damage = self.store.notices if "store" in self.__dict__ else ()
        return replace(self._outcome, notices=tuple(dict.fromkeys((*damage, *self._outcome.notices))))

    # The store and the sources.

    @cached_property
    def store(self) -> Store:
        """The store as it was when first looked at, or as of `known_on`; writing through it moves it on."""
        return Store(self.config.home, known_on=self.known_on)

    def reopen(self) -> None:
        """See what another part of the program has stored."""
        self.__dict__.pop("store", None)
        self._held.clear()

    @property
    def transport(self) -> Transport:
        if self.offline:
            raise AssertionError("the source was asked although the run is offline")
        if self._transport is None:
            self._transport = self._open(http_policy(self.config).base_urls)
        return self._transport

    @property
    def second_source(self) -> Transport | None:
        """The way to Climate Pulse, where config.toml wants the cross-check."""
        settings = self.config.fetch
        if self.offline or not settings.cross_check:
            return None
        if self._second is None:
            self._second = self._open((self.config.address(settings.cross_check_url),))
        return self._second

    def _open(self, base_urls: tuple[str, ...]) -> Transport:
        from climtrack.fetcher.http import Http

        return self._stack.enter_context(Http(replace(http_policy(self.config), base_urls=base_urls)))

    @cached_property
    def endpoints(self) -> Mapping[SeriesKey, Endpoint]:
        """Every series that can be asked for."""
        return endpoints(self.config)

    # Which series answer for which regions.

    def known_keys(self) -> frozenset[SeriesKey]:
        """
        Series that are stored or can be fetched, and are fit to answer for a region, one product of each.

        The true sea of a hemisphere takes the North Atlantic's place only when it has its years and has reached the
        present: until then a report of it could say nothing that it is read for. So does a product its predecessor's.
        """
        every = {*self.endpoints, *self.store} - self._incomplete().keys()
        rivals = {key: [] if key in PULSE else self.others(key) for key in every}
        return frozenset(key for key in every if not rivals[key] or key == min((key, *rivals[key]), key=self._order))

    def _incomplete(self) -> dict[SeriesKey, Series | None]:
        """Stored series in whose place another one answers, for they lack years."""
        replaced = [keys[0] for keys in SEAS.values() if len(keys) > 1 and keys[0] in self.store]
        found = {key: self.held(key) for key in replaced}
        return {key: one for key, one in found.items() if one is None or not whole(one, self.config)}

    def others(self, key: SeriesKey) -> list[SeriesKey]:
        """The same series of other products, stored or to be had; Climate Pulse is a check of one, not another."""
        every = {*self.endpoints, *self.store} - PULSE.keys()
        return sorted(one for one in every if one != key and (one.variable, one.region) == (key.variable, key.region))

    def _order(self, key: SeriesKey) -> tuple[bool, bool, bool, int]:
        """Of several products the first that has its years answers, else one that is stored, a built-in one before."""
        one = self.held(key)
        ready, place = one is not None and whole(one, self.config), self._place(key)
        return not ready, one is None, not ready and place < len(self.config.products), place

    def _place(self, key: SeriesKey) -> int:
        """Products in the order of config.toml, then the usual one, then the others."""
        own = [product.name for product in self.config.products]
        return own.index(key.product) if key.product in own else len(own) + (key.product != LEADING.get(key.variable))

    def pairings(
        self, regions: Sequence[str], variables: Collection[str], *, months: bool = False
    ) -> tuple[Pairing, ...]:
        """Series that answer for each region; with `months`, NOAA's alone will do."""
        known = self.known_keys()
        pairs = tuple(pairing(self.config.region(name).name, known) for name in regions)
        for pair in pairs:
            if not (report_keys if months else keys_of)([pair], variables):
                if pair.region in ("nh", "sh") and "sst" in variables:
                    raise ConfigError("run.no_sea", region=pair.region)
                raise ConfigError("run.no_series", region=pair.region, variables=sorted(variables))
        return pairs

    def succession_notices(self, studies: Sequence[Study]) -> tuple[Notice, ...]:
        """By how much the product that answers differs from another of which the same series is stored."""
        found = []
        for leading in studies:
            for key in self.others(leading.series.key):
                if (held := self.held(key)) is None or held.start > leading.series.end:
                    continue
                both = side_by_side(leading.series, held)
                last, names = both.last_year, [PRODUCTS[one.product].title for one in (both.first, both.second)]
                found.append(
                    Notice(
                        f"run.succession.{'warmer' if last.mean > 0 else 'cooler'}",
                        label=both.first.stem,
                        product=names[0],
                        other=names[1],
                        end=held.end,
                        n=last.days,
                        size=abs(last.mean),
                        low=last.low,
                        high=last.high,
                    )
                )
        return tuple(found)

    def fallback_notices(self, pairs: Sequence[Pairing]) -> tuple[Notice, ...]:
        """What to tell where a computed series is stored and another one answers in its place."""
        asked = {pair.region for pair in pairs if pair.sea_named}
        return tuple(
            Notice("run.fallback", label=key.label, region=key.region, first=one.start, last=one.end)
            for key, one in self._incomplete().items()
            if one is not None and key.region in asked
        )

    def computed(self, key: SeriesKey) -> bool:
        """Whether a series is made from grids on this computer, so that no source is asked for it."""
        if key in self.endpoints:
            return False
        one = self.held(key)
        return key in COMPUTED or (one is not None and "weights" in one.source.details)

    def fetchable(self, keys: Sequence[SeriesKey]) -> list[SeriesKey]:
        """What the sources are asked for where some series are wanted: these, and those that are to succeed them."""
        coming = [one for key in keys for one in self.others(key) if self._place(one) < self._place(key)]
        return [key for key in dict.fromkeys((*keys, *coming)) if key in self.endpoints and not self.computed(key)]

    # Series and studies.

    def held(self, key: SeriesKey) -> Series | None:
        """What is stored under a key, if anything sound is; read once."""
        if key not in self._held:
            self._held[key] = held(self.store, key)
        return self._held[key]

    def series(self, keys: Sequence[SeriesKey]) -> dict[SeriesKey, Series]:
        """The freshest series that can be had; what could not be had, or is older than usual, is noted."""
        if self.known_on is not None:
            return self._past(keys, self.known_on)
        fetchable = self.fetchable(keys)
        changes: tuple[Change, ...] = ()
        refusal: DiskError | None = None
        if not self.offline and fetchable:
            try:
                changes = self.update(fetchable)
            except (StoreBusy, StoreNewer) as problem:
                self.say(Notice("run.showing_stored", cause=problem))
            except DiskError as problem:
                refusal = problem
                self.say(problem)
        found = {key: one for key in keys if (one := self.held(key)) is not None}
        failed = {one.key: one for one in changes if one.error is not None}
        self.say(*failure_notices(failed.values(), self.now))
        if not found:
            if refusal:
                raise refusal
            return self._sampled(keys, [one.error for one in failed.values() if one.error is not None])
        shown = span([found[key].end for key in daily(found) or found], self.now)
        if self.offline:
            self.say(Notice("run.offline", span=shown))
        if refusal:
            self.say(Notice("run.showing", span=shown), refusal=refusal)
        if not self.offline:
            self.say(*late_notices([one for key, one in found.items() if key not in failed], self.now))
        late = bool(failed or refusal or late_notices(found.values(), self.now))
        self.say(failed=SOME if any(key not in found for key in daily((*failed, *keys))) else 0, stale=late)
        return found

    def answer(
        self, regions: Sequence[str], variables: Collection[str]
    ) -> tuple[tuple[Pairing, ...], dict[SeriesKey, Series]]:
        """Which series answer for some regions, and the freshest that can be had; one that has just come may lead."""
        pairs = self.pairings(regions, variables, months=True)
        series = self.series(report_keys(pairs, variables))
        pairs = self.pairings(regions, variables, months=True)
        come = {key: self.held(key) for key in report_keys(pairs, variables) if key not in series}
        return pairs, series | {key: one for key, one in come.items() if one is not None}

    def _past(self, keys: Sequence[SeriesKey], when: dt.date | dt.datetime) -> dict[SeriesKey, Series]:
        """What was known on a day or by a time, and whether it was old then."""
        found = {key: self.store.read(key) for key in keys if key in self.store}
        if not found:
            day = f"{when:%Y-%m-%d %H:%M} UTC" if isinstance(when, dt.datetime) else when
            raise SeriesNotFound("run.nothing_by", names=[key.label for key in keys], day=day)
        late = bool(late_notices(found.values(), self.now))
        self.say(failed=SOME if any(key not in found for key in daily(keys)) else 0, stale=late)
        return found

    def _sampled(self, keys: Sequence[SeriesKey], errors: Sequence[ClimtrackError]) -> dict[SeriesKey, Series]:
        """The simulated sample, where it may stand in: a site that answers is no reason to simulate."""
        cause = errors[0] if errors else SeriesNotFound("run.not_asked")
        answered = any(isinstance(error, SourceChanged) or getattr(error, "body", b"") for error in errors)
        found = sampled(keys, self.now) if self.sample and not answered else {}
        rest = [key.label for key in keys if key not in found]
        if not found:
            raise type(cause)("run.nothing_stored", names=rest, cause=cause) from cause
        self.simulated = True
        self.say(Notice("run.simulated"))
        if rest:
            self.say(Notice("run.nothing_stored", names=rest, cause=cause), failed=SOME)
        return found

    def additional(self, keys: Iterable[SeriesKey]) -> dict[SeriesKey, Series]:
        """Series that complete a chart or a comparison, which does without what cannot be had: nothing is noted."""
        missing = list(keys)
        if self.simulated:
            return sampled(missing, self.now)
        aside = copy.copy(self)
        aside.sample, aside.on_done = False, lambda *_: None
        with suppress(ClimtrackError):
            return aside.series(missing) if missing else {}
        return {}

    def remember(self, issues: Iterable[tuple[SeriesKey, dt.date, str, dt.date]]) -> None:
        """Keep what the titles of issues are about, or say why that could not be kept."""
        try:
            with self.store.writer(self.now) as writer:
                for issue in issues:
                    writer.tell(*issue)
        except ClimtrackError as error:
            self.say(error)

    def update(
        self,
        keys: Iterable[SeriesKey],
        *,
        accept: bool = False,
        only: frozenset[dt.date] = frozenset(),
        table: Mapping[SeriesKey, Endpoint] | None = None,
        transport: Transport | None = None,
    ) -> tuple[Change, ...]:
        """Bring series up to date with their source; when interrupted, what had arrived by then is stored."""
        table = self.endpoints if table is None else table
        asked = list(dict.fromkeys(keys))
        if unknown := [key for key in asked if key not in table]:
            raise ConfigError("run.no_address", key=str(unknown[0]))
        self._asked += len(asked)
        found: dict[SeriesKey, Change] = {}
        before = self.store.snapshot
        with self.store.writer(self.now) as writer:
            if self.store.snapshot != before:  # another process has written since
                self._held.clear()
            for key in asked:
                if (error := self._closed(key)) is not None:
                    found[key] = Change(key, self.held(key), error=error)

            def done(answer: fetcher.Answer) -> None:
                found[answer.key] = self._stored(answer, writer, accept=accept, only=only)
                self.done.append(answer.key)
                self.on_done(answer.key, self._asked)

            try:
                fetcher.fetch_all(
                    [table[key] for key in asked if key not in found],
                    self.held,
                    transport=transport or self.transport,
                    now=self.now,
                    on_done=done,
                    accept=frozenset(asked if accept else ()),
                    only=only,
                    doubted=lambda one: overdue(one, self.now) > 0 and self.now - one.source.retrieved > DOUBT,
                )
                if table is self.endpoints:  # of the second source nothing is expected
                    self.expect(writer, [self.held(key) for key in asked if found[key].error is None])
            except KeyboardInterrupt:
                writer.commit()
                raise
        return tuple(found[key] for key in asked)

    def expect(self, writer: Writer, series: Iterable[Series | None]) -> None:
        """Keep what is expected of series, once a week of values, as it is now said."""
        for one in series:
            if one is not None and not one.key.monthly and writer.due(one.key, one.end):
                try:
                    found = study(one, self.config.region(one.key.region), today=self.now.date()).findings
                    writer.freeze(one.key, estimates(found))
                except ConfigError:  # a region that only the files know
                    continue
                except Exception as bug:  # estimates can wait, the values of all series cannot
                    self._log(one.key, bug)

    def _stored(self, answer: fetcher.Answer, writer: Writer, *, accept: bool, only: frozenset[dt.date]) -> Change:
        """One series merged, confirmed or refused."""
        key, error = answer.key, answer.error
        if error is None and answer.series is not None:
            try:
                merged = writer.put(answer.series, accept=accept, only=only)
            except SeriesError as contradiction:
                error = SourceChanged("run.contradiction", cause=contradiction)
            except (ClimtrackError, OSError):
                raise
            except Exception as bug:
                error = fetcher.stumbled(bug)
            else:
                self._held[key] = merged.series
                return Change.of(merged, answer.notes)
        if error is None:
            writer.confirm(key)
        else:
            writer.reject(key, error)
            if error.id == "fetch.stumbled":
                self._log(key, error.__cause__)
        return Change(key, self.held(key), notes=answer.notes, error=error)

    def _log(self, key: SeriesKey, bug: BaseException | None) -> None:
        """Keep the traceback of what nobody foresaw in one series."""
        from climtrack.run.refresh import run_log

        with run_log(self.config.home) as log:
            log.error("%s", key, exc_info=bug)

    def _closed(self, key: SeriesKey) -> SourceUnavailable | None:
        """That the server has asked, in an earlier run, not to be called yet."""
        until = self.store.health(key).not_before
        # More than a week ahead is a clock gone wrong.
        if until is None or not self.now < until <= self.now + dt.timedelta(days=7):
            return None
        return SourceUnavailable("run.not_before", moment=f"{until:%Y-%m-%d %H:%M} UTC")

    def studies(
        self,
        pair: Pairing,
        variables: Collection[str],
        series: Mapping[SeriesKey, Series],
        *,
        baseline: Baseline | None,
        as_of: dt.date | None = None,
    ) -> tuple[Study, ...]:
        """What is known of a region's air and sea."""
        beside = {pair.air: _months(pair, "air", series), pair.sst: _months(pair, "sst", series)}
        return tuple(
            self._study(series[key], baseline, as_of, beside[key])
            for key in keys_of([pair], variables)
            if key in series
        )

    def shown(
        self, pair: Pairing, variables: Collection[str], series: Mapping[SeriesKey, Series],
        *, baseline: Baseline | None, as_of: dt.date | None = None,
    ) -> tuple[AnyStudy, ...]:  # fmt: skip
        """What answers for a region, the best sea first: its own days, NOAA's months, the sea of another region."""
        studies = self.studies(pair, variables, series, baseline=baseline, as_of=as_of)
        months = self.month_study(pair, "sst", series, baseline=baseline, as_of=as_of) if "sst" in variables else None
        last = [study for study in studies if pair.sea_named and study.series.key == pair.sst]
        return (*studies[: len(studies) - len(last)], *([months] if months else []), *last)

    def month_study(
        self, pair: Pairing, option: str, series: Mapping[SeriesKey, Series],
        *, baseline: Baseline | None, as_of: dt.date | None = None,
    ) -> MonthStudy | None:  # fmt: skip
        """What NOAA's months tell beside a variable; beside those of the sea the daily series that answers for it."""
        months = _months(pair, option, series)
        if months is None or months.key == RONI:
            return None
        late = overdue(months, self.now) if as_of is None and not self.simulated else 0
        daily = series.get(pair.sst) if option == "sst" and pair.sst is not None else None
        with suppress(SeriesError, AnalysisError):  # a day before its first month
            region = self.config.region(pair.region)
            return month_study(months, region, baseline or DEFAULT, as_of=as_of, daily=daily, overdue=late)
        return None

    def _study(self, series: Series, baseline: Baseline | None, as_of: dt.date | None, beside: Series | None) -> Study:
        name = series.key, baseline, as_of
        if name not in self._studies:
            simulated = series.source.simulated
            noise = None if simulated else self.store.revision_noise(series.key)
            region = self.config.region(series.key.region)
            kept = () if simulated else self.store.estimates(series.key)
            today = self.now.date()
            made = study(
                series, region, baseline=baseline, as_of=as_of, today=today, revision_noise=noise, kept=kept,
                months=beside if series.key.variable == "t2m" else None,
            )  # fmt: skip
            if beside is not None and beside.key == RONI:
                made = replace(made, findings=replace(made.findings, nino=nino_state(beside, made, as_of=made.as_of)))
            late = overdue(series, self.now) if as_of is None and not simulated else 0
            told = () if simulated else self.store.told(series.key, made.series.end)
            self._studies[name] = replace(made, overdue=late, told=told)
        return self._studies[name]


def _months(pair: Pairing, option: str, series: Mapping[SeriesKey, Series]) -> Series | None:
    """NOAA's months beside a variable of a region."""
    return series.get(MONTHS[pair.region, option]) if (pair.region, option) in MONTHS else None


def daily(keys: Iterable[SeriesKey]) -> tuple[SeriesKey, ...]:
    """Those that a report cannot do without."""
    return tuple(key for key in keys if not key.monthly)


def sampled(keys: Iterable[SeriesKey], now: dt.datetime) -> dict[SeriesKey, Series]:
    """The simulated sample of the series that have one, through the real parser."""
    table = {key: endpoint for source in fetcher.SOURCES for key, endpoint in source.ENDPOINTS.items()}
    asked = [replace(table[key], host="") for key in keys if key in table]
    answers = fetcher.fetch_all(asked, lambda _: None, transport=SampleTransport(now.date()), now=now)
    return {one.key: one.series for one in answers if one.series is not None}
