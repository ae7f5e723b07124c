from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.export_parquet_kind import ExportParquetKind
from ...models.export_parquet_verdict import ExportParquetVerdict
from ...models.problem import Problem
from ...types import File, FileTypes
from ...types import UNSET, Unset
from io import BytesIO
from typing import cast
from uuid import UUID
import datetime



def _get_kwargs(
    *,
    kind: ExportParquetKind | Unset = UNSET,
    lead: bool | Unset = UNSET,
    model: UUID | Unset = UNSET,
    organization: str | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    test: str | Unset = UNSET,
    verdict: ExportParquetVerdict | Unset = UNSET,

) -> dict[str, Any]:
    

    

    params: dict[str, Any] = {}

    json_kind: str | Unset = UNSET
    if not isinstance(kind, Unset):
        json_kind = kind.value

    params["kind"] = json_kind

    params["lead"] = lead

    json_model: str | Unset = UNSET
    if not isinstance(model, Unset):
        json_model = str(model)
    params["model"] = json_model

    params["organization"] = organization

    json_since: str | Unset = UNSET
    if not isinstance(since, Unset):
        json_since = since.isoformat()
    params["since"] = json_since

    params["test"] = test

    json_verdict: str | Unset = UNSET
    if not isinstance(verdict, Unset):
        json_verdict = verdict.value

    params["verdict"] = json_verdict


    params = {k: v for k, v in params.items() if v is not UNSET and v is not None}


    _kwargs: dict[str, Any] = {
        "method": "get",
        "url": "/api/v1/export/results.parquet",
        "params": params,
    }


    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> File | Problem | str | None:
    if response.status_code == 200:
        response_200 = File(
             payload = BytesIO(response.content)
        )



        return response_200

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[File | Problem | str]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    kind: ExportParquetKind | Unset = UNSET,
    lead: bool | Unset = UNSET,
    model: UUID | Unset = UNSET,
    organization: str | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    test: str | Unset = UNSET,
    verdict: ExportParquetVerdict | Unset = UNSET,

) -> Response[File | Problem | str]:
    """ Export results as Apache Parquet, oldest first

     Export results as Apache Parquet, oldest first.

    Args:
        kind (ExportParquetKind | Unset):
        lead (bool | Unset):
        model (UUID | Unset):
        organization (str | Unset):
        since (datetime.datetime | Unset):
        test (str | Unset):
        verdict (ExportParquetVerdict | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[File | Problem | str]
     """


    kwargs = _get_kwargs(
        kind=kind,
lead=lead,
model=model,
organization=organization,
since=since,
test=test,
verdict=verdict,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    *,
    client: AuthenticatedClient,
    kind: ExportParquetKind | Unset = UNSET,
    lead: bool | Unset = UNSET,
    model: UUID | Unset = UNSET,
    organization: str | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    test: str | Unset = UNSET,
    verdict: ExportParquetVerdict | Unset = UNSET,

) -> File | Problem | str | None:
    """ Export results as Apache Parquet, oldest first

     Export results as Apache Parquet, oldest first.

    Args:
        kind (ExportParquetKind | Unset):
        lead (bool | Unset):
        model (UUID | Unset):
        organization (str | Unset):
        since (datetime.datetime | Unset):
        test (str | Unset):
        verdict (ExportParquetVerdict | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        File | Problem | str
     """


    return sync_detailed(
        client=client,
kind=kind,
lead=lead,
model=model,
organization=organization,
since=since,
test=test,
verdict=verdict,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    kind: ExportParquetKind | Unset = UNSET,
    lead: bool | Unset = UNSET,
    model: UUID | Unset = UNSET,
    organization: str | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    test: str | Unset = UNSET,
    verdict: ExportParquetVerdict | Unset = UNSET,

) -> Response[File | Problem | str]:
    """ Export results as Apache Parquet, oldest first

     Export results as Apache Parquet, oldest first.

    Args:
        kind (ExportParquetKind | Unset):
        lead (bool | Unset):
        model (UUID | Unset):
        organization (str | Unset):
        since (datetime.datetime | Unset):
        test (str | Unset):
        verdict (ExportParquetVerdict | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[File | Problem | str]
     """


    kwargs = _get_kwargs(
        kind=kind,
lead=lead,
model=model,
organization=organization,
since=since,
test=test,
verdict=verdict,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    *,
    client: AuthenticatedClient,
    kind: ExportParquetKind | Unset = UNSET,
    lead: bool | Unset = UNSET,
    model: UUID | Unset = UNSET,
    organization: str | Unset = UNSET,
    since: datetime.datetime | Unset = UNSET,
    test: str | Unset = UNSET,
    verdict: ExportParquetVerdict | Unset = UNSET,

) -> File | Problem | str | None:
    """ Export results as Apache Parquet, oldest first

     Export results as Apache Parquet, oldest first.

    Args:
        kind (ExportParquetKind | Unset):
        lead (bool | Unset):
        model (UUID | Unset):
        organization (str | Unset):
        since (datetime.datetime | Unset):
        test (str | Unset):
        verdict (ExportParquetVerdict | Unset):

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        File | Problem | str
     """


    return (await asyncio_detailed(
        client=client,
kind=kind,
lead=lead,
model=model,
organization=organization,
since=since,
test=test,
verdict=verdict,

    )).parsed
