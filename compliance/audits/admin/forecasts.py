"""What stress tests would come to, as the admin shows it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import suppress

from django import forms
from django.http import QueryDict
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from compliance.accounts.selectors import Viewer
from compliance.audits.admin.parameters import ParametersForm
from compliance.audits.forecast import Expected, Forecast, Pace, Simulated
from compliance.audits.selectors import forecast_list, stress_test_list
from compliance.audits.services import battery_resolve, battery_with
from compliance.domain.errors import InvalidInputError
from compliance.registry.models import Model
from compliance.registry.selectors import version_newest

VERDICTS = ("Compliant", "Violating", "Inconclusive")
PLANNED = ("True rate", *VERDICTS, "Items (10% to 90%)")
STUDIED = ("Truth", *VERDICTS, "Items (median, 90%)")
COST = ("Tokens", "Time")


def announced() -> list[tuple[str, str]]:
    """The stress tests on offer, as choices."""
    return [(test.name, f"{test.title} ({test.name})") for test in stress_test_list()]


def forecasts_shown(forecasts: Sequence[Forecast]) -> SafeString:
    """One table a stress test, with how its figures were made."""
    return format_html_join("", "{}", ((_shown(one),) for one in forecasts))


def forecast_text(viewer: Viewer, given: QueryDict) -> SafeString | str:
    """What the ticked stress tests would come to, on the chosen model's newest version."""
    names = [name for name, _ in announced() if name in given.getlist("tests")]
    if not names:
        return "Tick a stress test to see what it would come to."
    field = forms.ModelChoiceField(Model.objects.all(), required=False)
    model = field.clean(given.get("model"))
    version = version_newest(model=model) if model else None
    battery = battery_resolve(battery=names)
    form = ParametersForm(given)
    form.full_clean()
    with suppress(InvalidInputError):  # of what cannot be, the form itself will tell
        battery = battery_with(battery=battery, parameters=form.parameters)
    return forecasts_shown(forecast_list(viewer=viewer, battery=battery, version=version))


def forecast_line(forecast: Forecast) -> str:
    """What a stress test comes to, in a phrase."""
    if not forecast.rows:
        return forecast.reason
    fewest, most = forecast.fewest.outlook, forecast.most.outlook
    return f"{fewest.items.mean:,.0f} to {most.items.mean:,.0f} of {most.bank:,} items on average"


def _shown(forecast: Forecast) -> SafeString:
    notes = format_html_join("", "<li>{}</li>", ((said,) for said in _notes(forecast)))
    return format_html(
        '<div class="forecast"><p><strong>{}</strong>: {}</p>{}<ul>{}</ul></div>',
        forecast.test.title,
        forecast_line(forecast),
        _table(forecast) if forecast.rows or forecast.simulated else "",
        notes,
    )


def _table(forecast: Forecast) -> SafeString:
    cells = [*map(_cells, forecast.rows), *map(_studied_cells, forecast.simulated)]
    headers = PLANNED if forecast.rows else STUDIED
    rows = ((format_html_join("", "<td>{}</td>", ((cell,) for cell in row)),) for row in cells)
    return format_html(
        '<div class="overflow-x-auto"><table><thead><tr>{}</tr></thead>'
        "<tbody>{}</tbody></table></div>",
        format_html_join(
            "",
            '<th scope="col">{}</th>',
            ((one,) for one in (*headers, *(COST if forecast.pace else ()))),
        ),
        format_html_join("", "<tr>{}</tr>", rows),
    )


def _cells(row: Expected) -> Iterator[str]:
    found = row.outlook
    yield f"{found.rate:.2%}"
    for chance in found.chances:
        yield f"{chance.value:.1%}"
    yield f"{found.items.mean:,.0f} ({found.items.tenth:,} to {found.items.ninetieth:,})"
    yield from _cost(row)


def _studied_cells(row: Simulated) -> Iterator[str]:
    found = row.studied
    yield found.case
    for chance in found.chances:
        yield f"{chance.value:.1%}"
    yield "all" if found.median is None else f"{found.median:,} ({found.ninetieth:,})"
    yield from _cost(row)


def _cost(row: Expected | Simulated) -> Iterator[str]:
    if row.tokens and row.seconds:
        yield f"{row.tokens.mean:,.0f}"
        yield f"{row.seconds.mean:,.0f} s"


def _notes(forecast: Forecast) -> Iterator[str]:
    if forecast.rows:
        yield (
            f"Simulated for the default parameters, {forecast.rows[0].outlook.lives:,} runs a "
            f"rate; a chance is off by at most {forecast.error:.1%} at 95%."
        )
        yield from forecast.assumes
    if forecast.simulated:
        yield (
            f"Simulated runs of its validity study, {forecast.simulated[0].studied.lives:,} a "
            f"truth; a chance is off by at most {forecast.error:.1%} at 95%."
        )
    if forecast.other:
        yield f"Not as planned here: {', '.join(forecast.other)}."
    if forecast.asks_all:
        yield "All items are asked, so that people's labels can decide."
    if forecast.lead:
        yield "What it finds is a lead: every verdict is inconclusive."
    if forecast.rows or forecast.simulated:
        yield _paced(forecast.pace)


def _paced(pace: Pace | None) -> str:
    if pace is None:
        return "Tokens and time are not known: no run of it on the chosen model was measured yet."
    whose = "this version" if pace.own else "other versions"
    return (
        f"Measured on {pace.runs} earlier run(s) of {whose}, {pace.items:,} items: "
        f"{pace.seconds.mean:.3g} s an item ({pace.seconds.least:.3g} to {pace.seconds.most:.3g})."
    )
