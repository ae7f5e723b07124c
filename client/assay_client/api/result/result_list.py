from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.problem import Problem
from ...models.result_list_kind import ResultListKind
from ...models.result_list_verdict import ResultListVerdict
from ...models.result_page import ResultPage
from ...types import UNSET, Unset
from typing import cast
from uuid import UUID
import datetime



def _get_kwargs(
    *,
    cursor: str | Unset = UNSET,
    kind: ResultListKind | Unset = UNSET,
    lead: bool | None | Unset = UNSET,
    model: UUID | Unset = UNSET,
    organization: str | Unset = UNSET,
    page_size: int | Unset = 50,
    run: UUID | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    test: str | Unset = UNSET,
    verdict: ResultListVerdict | Unset = UNSET,
    version: UUID | Unset = UNSET,
    if_none_match: str | Unset = UNSET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_none_match, Unset):
        headers["If-None-Match"] = if_none_match



    

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    json_kind: str | Unset = UNSET
    if not isinstance(kind, Unset):
        json_kind = kind.value

    params["kind"] = json_kind

    json_lead: bool | None | Unset
    if isinstance(lead, Unset):
        json_lead = UNSET
    else:
        json_lead = lead
    params["lead"] = json_lead

    json_model: str | Unset = UNSET
    if not isinstance(model, Unset):
        json_model = str(model)
    params["model"] = json_model

    params["organization"] = organization

    params["page_size"] = page_size

    json_run: str | Unset = UNSET
    if not isinstance(run, Unset):
        json_run = str(run)
    params["run"] = json_run

    json_since: str | Unset = UNSET
    if not isinstance(since, Unset):
        json_since = since.isoformat()
    params["since"] = json_since

    params["test"] = test

    json_verdict: str | Unset = UNSET
    if not isinstance(verdict, Unset):
        json_verdict = verdict.value

    params["verdict"] = json_verdict

    json_version: str | Unset = UNSET
    if not isinstance(version, Unset):
        json_version = str(version)
    params["version"] = json_version


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/results",
        "params": params,
    }


    _kwargs["headers"] = headers
    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | Problem | ResultPage | str | None:
    if response.status_code == 200:
        response_200 = ResultPage.from_dict(response.json())



        return response_200

    if response.status_code == 304:
        response_304 = cast(Any, None)
        return response_304

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())



        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())



        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())



        return response_403

    if response.status_code == 414:
        response_414 = response.text
        return response_414

    if response.status_code == 422:
        response_422 = Problem.from_dict(response.json())



        return response_422

    if response.status_code == 429:
        response_429 = Problem.from_dict(response.json())



        return response_429

    if client.raise_on_unexpected_status:
        raise errors.UnexpectedStatus(response.status_code, response.content)
    else:
        return None


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Any | Problem | ResultPage | str]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    kind: ResultListKind | Unset = UNSET,
    lead: bool | None | Unset = UNSET,
    model: UUID | Unset = UNSET,
    organization: str | Unset = UNSET,
    page_size: int | Unset = 50,
    run: UUID | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    test: str | Unset = UNSET,
    verdict: ResultListVerdict | Unset = UNSET,
    version: UUID | Unset = UNSET,
    if_none_match: str | Unset = UNSET,

) -> Response[Any | Problem | ResultPage | str]:
    """ List results

     List results.

    Args:
        cursor (str | Unset):
        kind (ResultListKind | Unset):
        lead (bool | None | Unset):
        model (UUID | Unset):
        organization (str | Unset):
        page_size (int | Unset):  Default: 50.
        run (UUID | Unset):
        since (datetime.datetime | Unset):
        test (str | Unset):
        verdict (ResultListVerdict | Unset):
        version (UUID | Unset):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Problem | ResultPage | str]
     """


    kwargs = _get_kwargs(
        cursor=cursor,
kind=kind,
lead=lead,
model=model,
organization=organization,
page_size=page_size,
run=run,
since=since,
test=test,
verdict=verdict,
version=version,
if_none_match=if_none_match,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    kind: ResultListKind | Unset = UNSET,
    lead: bool | None | Unset = UNSET,
    model: UUID | Unset = UNSET,
    organization: str | Unset = UNSET,
    page_size: int | Unset = 50,
    run: UUID | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    test: str | Unset = UNSET,
    verdict: ResultListVerdict | Unset = UNSET,
    version: UUID | Unset = UNSET,
    if_none_match: str | Unset = UNSET,

) -> Any | Problem | ResultPage | str | None:
    """ List results

     List results.

    Args:
        cursor (str | Unset):
        kind (ResultListKind | Unset):
        lead (bool | None | Unset):
        model (UUID | Unset):
        organization (str | Unset):
        page_size (int | Unset):  Default: 50.
        run (UUID | Unset):
        since (datetime.datetime | Unset):
        test (str | Unset):
        verdict (ResultListVerdict | Unset):
        version (UUID | Unset):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Problem | ResultPage | str
     """


    return sync_detailed(
        client=client,
cursor=cursor,
kind=kind,
lead=lead,
model=model,
organization=organization,
page_size=page_size,
run=run,
since=since,
test=test,
verdict=verdict,
version=version,
if_none_match=if_none_match,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    kind: ResultListKind | Unset = UNSET,
    lead: bool | None | Unset = UNSET,
    model: UUID | Unset = UNSET,
    organization: str | Unset = UNSET,
    page_size: int | Unset = 50,
    run: UUID | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    test: str | Unset = UNSET,
    verdict: ResultListVerdict | Unset = UNSET,
    version: UUID | Unset = UNSET,
    if_none_match: str | Unset = UNSET,

) -> Response[Any | Problem | ResultPage | str]:
    """ List results

     List results.

    Args:
        cursor (str | Unset):
        kind (ResultListKind | Unset):
        lead (bool | None | Unset):
        model (UUID | Unset):
        organization (str | Unset):
        page_size (int | Unset):  Default: 50.
        run (UUID | Unset):
        since (datetime.datetime | Unset):
        test (str | Unset):
        verdict (ResultListVerdict | Unset):
        version (UUID | Unset):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Problem | ResultPage | str]
     """


    kwargs = _get_kwargs(
        cursor=cursor,
kind=kind,
lead=lead,
model=model,
organization=organization,
page_size=page_size,
run=run,
since=since,
test=test,
verdict=verdict,
version=version,
if_none_match=if_none_match,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    kind: ResultListKind | Unset = UNSET,
    lead: bool | None | Unset = UNSET,
    model: UUID | Unset = UNSET,
    organization: str | Unset = UNSET,
    page_size: int | Unset = 50,
    run: UUID | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    test: str | Unset = UNSET,
    verdict: ResultListVerdict | Unset = UNSET,
    version: UUID | Unset = UNSET,
    if_none_match: str | Unset = UNSET,

) -> Any | Problem | ResultPage | str | None:
    """ List results

     List results.

    Args:
        cursor (str | Unset):
        kind (ResultListKind | Unset):
        lead (bool | None | Unset):
        model (UUID | Unset):
        organization (str | Unset):
        page_size (int | Unset):  Default: 50.
        run (UUID | Unset):
        since (datetime.datetime | Unset):
        test (str | Unset):
        verdict (ResultListVerdict | Unset):
        version (UUID | Unset):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Problem | ResultPage | str
     """


    return (await asyncio_detailed(
        client=client,
cursor=cursor,
kind=kind,
lead=lead,
model=model,
organization=organization,
page_size=page_size,
run=run,
since=since,
test=test,
verdict=verdict,
version=version,
if_none_match=if_none_match,

    )).parsed
