"""Each step in a dispute as the portal offers it: its form, its service, what is said after it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from compliance.accounts.selectors import Viewer
from compliance.disputes.services import (
    battery_agree,
    battery_object,
    battery_order,
    battery_propose,
    dispute_file,
    dispute_rule,
    dispute_withdraw,
    reviewer_appoint,
    ruling_dissent,
    seed_draw,
    share_commit,
    share_reveal,
)
from compliance.domain.batteries import PROPOSAL_DAYS
from compliance.domain.dispute_words import RulingOutcome
from compliance.domain.disputes import Act
from compliance.portal.dispute_forms import (
    AgreeForm,
    AppointForm,
    CommitForm,
    DissentForm,
    DrawForm,
    FilingForm,
    ObjectForm,
    OrderForm,
    ProposeForm,
    RevealForm,
    RuleForm,
    StepForm,
    WithdrawForm,
)

if TYPE_CHECKING:
    from compliance.disputes.models import Dispute


@dataclass(frozen=True, slots=True)
class OfferedStep:
    """A step.

    Attributes:
        title: of its form; ``button`` does it; ``note`` says what comes of it.
        take: does it with what the checked form says.
        done: said afterwards.
    """

    act: Act
    form: type[StepForm]
    title: str
    button: str
    note: str
    done: str
    take: Callable[[Viewer, Dispute, StepForm], object]


def _file(viewer: Viewer, dispute: Dispute, form: StepForm) -> object:
    assert isinstance(form, FilingForm)  # noqa: S101 - the table below pairs them
    return dispute_file(viewer=viewer, dispute=dispute, submission=form.submission)


def _order(viewer: Viewer, dispute: Dispute, form: StepForm) -> object:
    chosen = dict(form.cleaned_data)
    return battery_order(viewer=viewer, dispute=dispute, battery=chosen.pop("tests"), **chosen)


def _propose(viewer: Viewer, dispute: Dispute, form: StepForm) -> object:
    chosen = dict(form.cleaned_data)
    return battery_propose(viewer=viewer, dispute=dispute, battery=chosen.pop("tests"), **chosen)


def _rule(viewer: Viewer, dispute: Dispute, form: StepForm) -> object:
    chosen = form.cleaned_data
    outcome = RulingOutcome(chosen.pop("outcome"))
    return dispute_rule(viewer=viewer, dispute=dispute, outcome=outcome, **chosen)


def _with(service: Callable[..., object]) -> Callable[[Viewer, Dispute, StepForm], object]:
    """A service that takes the form's fields by their names."""
    return lambda viewer, dispute, form: service(
        viewer=viewer, dispute=dispute, **form.cleaned_data
    )


STEPS: Mapping[str, OfferedStep] = {
    "agree": OfferedStep(
        act=Act.AGREE,
        form=AgreeForm,
        title="Agree to the proposal",
        button="Agree",
        note="It is the battery then, as if the court had ordered it. The plan is frozen and "
        "logged, and the court and its reviewers read the respondent's model.",
        done="The battery is agreed on.",
        take=_with(battery_agree),
    ),
    "object": OfferedStep(
        act=Act.OBJECT,
        form=ObjectForm,
        title="Object to the proposal",
        button="Object",
        note="You may propose another then, once; where you do not agree, the court orders.",
        done="The objection stands.",
        take=_with(battery_object),
    ),
    "order": OfferedStep(
        act=Act.ORDER,
        form=OrderForm,
        title="Order the battery",
        button="Order it",
        note="The plan is frozen and logged. From then on the court and its reviewers read the "
        "respondent's model too.",
        done="The battery is ordered, and the parties are told.",
        take=_order,
    ),
    "commit": OfferedStep(
        act=Act.COMMIT,
        form=CommitForm,
        title="Commit to a share of the seed",
        button="Commit",
        note="The seed is the hash of every share, so that nobody chooses it.",
        done="The commitment stands.",
        take=_with(share_commit),
    ),
    "reveal": OfferedStep(
        act=Act.REVEAL,
        form=RevealForm,
        title="Reveal the share",
        button="Reveal",
        note="Once both parties have committed. The second reveal draws the seed and begins the "
        "run; a share that is withheld does not count.",
        done="The share is revealed.",
        take=_with(share_reveal),
    ),
    "draw": OfferedStep(
        act=Act.DRAW,
        form=DrawForm,
        title="Draw the seed",
        button="Draw with what was revealed",
        note="The time to reveal is over.",
        done="The seed is drawn, and the battery runs.",
        take=_with(seed_draw),
    ),
    "rule": OfferedStep(
        act=Act.RULE,
        form=RuleForm,
        title="Rule",
        button="Rule",
        note="Every result is quoted as it was told. A ruling stands for good, and what the "
        "dispute opened is closed.",
        done="The ruling stands.",
        take=_rule,
    ),
    "dissent": OfferedStep(
        act=Act.DISSENT,
        form=DissentForm,
        title="Dissent",
        button="Dissent",
        note="Once. The ruling stands, and the dissent beside it.",
        done="The dissent stands beside the ruling.",
        take=_with(ruling_dissent),
    ),
    "file": OfferedStep(
        act=Act.FILE,
        form=FilingForm,
        title="File",
        button="File it",
        note="What is filed stands; its digest is an entry of the ledger.",
        done="It is filed.",
        take=_file,
    ),
    "propose": OfferedStep(
        act=Act.PROPOSE,
        form=ProposeForm,
        title="Propose a battery",
        button="Propose it",
        note=f"The other party has {PROPOSAL_DAYS} days to agree or object. Each party proposes "
        "once; where they do not agree, the court orders.",
        done="The battery is proposed, and the other party is told.",
        take=_propose,
    ),
    "appoint": OfferedStep(
        act=Act.APPOINT,
        form=AppointForm,
        title="Appoint a reviewer",
        button="Appoint",
        note="It reads what the court reads, but for confidential filings.",
        done="The reviewer is appointed.",
        take=_with(reviewer_appoint),
    ),
    "withdraw": OfferedStep(
        act=Act.WITHDRAW,
        form=WithdrawForm,
        title="Withdraw the claim",
        button="Withdraw",
        note="Only until the seed is drawn.",
        done="The claim is withdrawn.",
        take=_with(dispute_withdraw),
    ),
}
