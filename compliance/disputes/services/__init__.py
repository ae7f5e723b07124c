"""Every write in a dispute, by what it does."""

from compliance.disputes.services.batteries import battery_order
from compliance.disputes.services.dockets import docket_take
from compliance.disputes.services.draws import (
    dispute_hear,
    seed_draw,
    share_commit,
    share_reveal,
)
from compliance.disputes.services.filings import (
    Attached,
    Submission,
    dispute_file,
    filing_file_read,
    filing_read,
)
from compliance.disputes.services.opening import (
    dispute_open,
    dispute_withdraw,
    reviewer_appoint,
)
from compliance.disputes.services.proposals import (
    battery_agree,
    battery_object,
    battery_propose,
)
from compliance.disputes.services.reading import dispute_reading_tell, disputes_reading_tell
from compliance.disputes.services.rulings import dispute_rule, ruling_dissent
from compliance.disputes.services.telling import dispute_alert

__all__ = [
    "Attached",
    "Submission",
    "battery_agree",
    "battery_object",
    "battery_order",
    "battery_propose",
    "dispute_alert",
    "dispute_file",
    "dispute_hear",
    "dispute_open",
    "dispute_reading_tell",
    "dispute_rule",
    "dispute_withdraw",
    "disputes_reading_tell",
    "docket_take",
    "filing_file_read",
    "filing_read",
    "reviewer_appoint",
    "ruling_dissent",
    "seed_draw",
    "share_commit",
    "share_reveal",
]
