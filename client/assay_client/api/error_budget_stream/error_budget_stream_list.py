from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.error_budget_stream_list_tier import ErrorBudgetStreamListTier
from ...models.error_budget_stream_list_verdict import ErrorBudgetStreamListVerdict
from ...models.problem import Problem
from ...models.stream_page import StreamPage
from ...types import UNSET, Unset
from typing import cast
from uuid import UUID



def _get_kwargs(
    slug: str,
    *,
    cursor: str | Unset = UNSET,
    page_size: int | Unset = 50,
    test: str | Unset = UNSET,
    tier: ErrorBudgetStreamListTier | Unset = UNSET,
    verdict: ErrorBudgetStreamListVerdict | Unset = UNSET,
    version: UUID | Unset = UNSET,
    if_none_match: str | Unset = UNSET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(if_none_match, Unset):
        headers["If-None-Match"] = if_none_match



    

    params: dict[str, Any] = {}

    params["cursor"] = cursor

    params["page_size"] = page_size

    params["test"] = test

    json_tier: str | Unset = UNSET
    if not isinstance(tier, Unset):
        json_tier = tier.value

    params["tier"] = json_tier

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
        "url": "/api/v1/error-budgets/{slug}/streams".format(slug=quote(str(slug), safe=""),),
        "params": params,
    }


    _kwargs["headers"] = headers
    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Any | Problem | StreamPage | str | None:
    if response.status_code == 200:
        response_200 = StreamPage.from_dict(response.json())



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

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())



        return response_404

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Any | Problem | StreamPage | str]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    slug: str,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    page_size: int | Unset = 50,
    test: str | Unset = UNSET,
    tier: ErrorBudgetStreamListTier | Unset = UNSET,
    verdict: ErrorBudgetStreamListVerdict | Unset = UNSET,
    version: UUID | Unset = UNSET,
    if_none_match: str | Unset = UNSET,

) -> Response[Any | Problem | StreamPage | str]:
    """ List the streams that spend an organization's error budget

     List the streams that spend an organization's error budget.

    Args:
        slug (str):
        cursor (str | Unset):
        page_size (int | Unset):  Default: 50.
        test (str | Unset):
        tier (ErrorBudgetStreamListTier | Unset):
        verdict (ErrorBudgetStreamListVerdict | Unset):
        version (UUID | Unset):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Problem | StreamPage | str]
     """


    kwargs = _get_kwargs(
        slug=slug,
cursor=cursor,
page_size=page_size,
test=test,
tier=tier,
verdict=verdict,
version=version,
if_none_match=if_none_match,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    slug: str,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    page_size: int | Unset = 50,
    test: str | Unset = UNSET,
    tier: ErrorBudgetStreamListTier | Unset = UNSET,
    verdict: ErrorBudgetStreamListVerdict | Unset = UNSET,
    version: UUID | Unset = UNSET,
    if_none_match: str | Unset = UNSET,

) -> Any | Problem | StreamPage | str | None:
    """ List the streams that spend an organization's error budget

     List the streams that spend an organization's error budget.

    Args:
        slug (str):
        cursor (str | Unset):
        page_size (int | Unset):  Default: 50.
        test (str | Unset):
        tier (ErrorBudgetStreamListTier | Unset):
        verdict (ErrorBudgetStreamListVerdict | Unset):
        version (UUID | Unset):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Problem | StreamPage | str
     """


    return sync_detailed(
        slug=slug,
client=client,
cursor=cursor,
page_size=page_size,
test=test,
tier=tier,
verdict=verdict,
version=version,
if_none_match=if_none_match,

    ).parsed

async def asyncio_detailed(
    slug: str,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    page_size: int | Unset = 50,
    test: str | Unset = UNSET,
    tier: ErrorBudgetStreamListTier | Unset = UNSET,
    verdict: ErrorBudgetStreamListVerdict | Unset = UNSET,
    version: UUID | Unset = UNSET,
    if_none_match: str | Unset = UNSET,

) -> Response[Any | Problem | StreamPage | str]:
    """ List the streams that spend an organization's error budget

     List the streams that spend an organization's error budget.

    Args:
        slug (str):
        cursor (str | Unset):
        page_size (int | Unset):  Default: 50.
        test (str | Unset):
        tier (ErrorBudgetStreamListTier | Unset):
        verdict (ErrorBudgetStreamListVerdict | Unset):
        version (UUID | Unset):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Any | Problem | StreamPage | str]
     """


    kwargs = _get_kwargs(
        slug=slug,
cursor=cursor,
page_size=page_size,
test=test,
tier=tier,
verdict=verdict,
version=version,
if_none_match=if_none_match,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    slug: str,
    *,
    client: AuthenticatedClient,
    cursor: str | Unset = UNSET,
    page_size: int | Unset = 50,
    test: str | Unset = UNSET,
    tier: ErrorBudgetStreamListTier | Unset = UNSET,
    verdict: ErrorBudgetStreamListVerdict | Unset = UNSET,
    version: UUID | Unset = UNSET,
    if_none_match: str | Unset = UNSET,

) -> Any | Problem | StreamPage | str | None:
    """ List the streams that spend an organization's error budget

     List the streams that spend an organization's error budget.

    Args:
        slug (str):
        cursor (str | Unset):
        page_size (int | Unset):  Default: 50.
        test (str | Unset):
        tier (ErrorBudgetStreamListTier | Unset):
        verdict (ErrorBudgetStreamListVerdict | Unset):
        version (UUID | Unset):
        if_none_match (str | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Any | Problem | StreamPage | str
     """


    return (await asyncio_detailed(
        slug=slug,
client=client,
cursor=cursor,
page_size=page_size,
test=test,
tier=tier,
verdict=verdict,
version=version,
if_none_match=if_none_match,

    )).parsed
