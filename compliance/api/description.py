"""What the API's own page says before its operations: OpenAPI's description."""

DESCRIPTION = """\
Registered models, stress tests, verdicts with their uncertainty, alerts, and the ledger that
proves them.

**Signing in.** Send `Authorization: Bearer <token>`. People issue tokens in the portal; machines
get one for an hour by OAuth 2 client credentials at `/api/oauth/token`. Each operation names the
scopes of which a token needs one.

**What you see.** The record of the organizations you belong to, and what grants open to you of
others'. What you may not see is answered 404, what you may read and not do 403. What you read
through a grant is told to the organization whose record it is.

**Lists.** Follow `next` until it is null; `page_size` goes up to 200. Filters narrow; one that
does not exist is refused.

**Leads.** A stress test whose error rates were not measured, or whose measurement does not hold
for what was tested, gives a *lead*: `estimate.lead` is true, its verdict is inconclusive whatever
its interval says, it spends no error budget and opens no alert of a violation. It may lead
somebody to look closer and proves nothing. `lead=true` lists leads, `lead=false` leaves them out.

**Writing twice.** With an `Idempotency-Key` a write that is sent again within 24 hours is done
once.

**What changed.** Every read but the exports, which are sent while they are written, has an `ETag`;
`If-None-Match` gets 304, `If-Match` refuses to overwrite what you have not seen (412).

**How often.** Who calls too often is answered 429; `Retry-After` says for how many seconds to wait.

**Refusals** are problems by RFC 9457: `errors` names each field, the problem and the fix.

The guide is `docs/api.md` of the repository.
"""
