from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.later_training_source_declaration import LaterTrainingSourceDeclaration
from ...models.problem import Problem
from ...models.training_data_source import TrainingDataSource
from ...types import UNSET, Unset
from typing import cast



def _get_kwargs(
    *,
    body: LaterTrainingSourceDeclaration,
    idempotency_key: str | Unset = UNSET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key



    

    

    _kwargs: dict[str, Any] = {
        "method": "post",
        "url": "/api/v1/training-data-sources",
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Problem | TrainingDataSource | None:
    if response.status_code == 201:
        response_201 = TrainingDataSource.from_dict(response.json())



        return response_201

    if response.status_code == 400:
        response_400 = Problem.from_dict(response.json())



        return response_400

    if response.status_code == 401:
        response_401 = Problem.from_dict(response.json())



        return response_401

    if response.status_code == 403:
        response_403 = Problem.from_dict(response.json())



        return response_403

    if response.status_code == 409:
        response_409 = Problem.from_dict(response.json())



        return response_409

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[Problem | TrainingDataSource]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    *,
    client: AuthenticatedClient,
    body: LaterTrainingSourceDeclaration,
    idempotency_key: str | Unset = UNSET,

) -> Response[Problem | TrainingDataSource]:
    """ Declare a training-data source

     Declare a training-data source.

    Args:
        idempotency_key (str | Unset):
        body (LaterTrainingSourceDeclaration): A source of training data as a provider declares
            it.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | TrainingDataSource]
     """


    kwargs = _get_kwargs(
        body=body,
idempotency_key=idempotency_key,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    *,
    client: AuthenticatedClient,
    body: LaterTrainingSourceDeclaration,
    idempotency_key: str | Unset = UNSET,

) -> Problem | TrainingDataSource | None:
    """ Declare a training-data source

     Declare a training-data source.

    Args:
        idempotency_key (str | Unset):
        body (LaterTrainingSourceDeclaration): A source of training data as a provider declares
            it.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | TrainingDataSource
     """


    return sync_detailed(
        client=client,
body=body,
idempotency_key=idempotency_key,

    ).parsed

async def asyncio_detailed(
    *,
    client: AuthenticatedClient,
    body: LaterTrainingSourceDeclaration,
    idempotency_key: str | Unset = UNSET,

) -> Response[Problem | TrainingDataSource]:
    """ Declare a training-data source

     Declare a training-data source.

    Args:
        idempotency_key (str | Unset):
        body (LaterTrainingSourceDeclaration): A source of training data as a provider declares
            it.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[Problem | TrainingDataSource]
     """


    kwargs = _get_kwargs(
        body=body,
idempotency_key=idempotency_key,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    *,
    client: AuthenticatedClient,
    body: LaterTrainingSourceDeclaration,
    idempotency_key: str | Unset = UNSET,

) -> Problem | TrainingDataSource | None:
    """ Declare a training-data source

     Declare a training-data source.

    Args:
        idempotency_key (str | Unset):
        body (LaterTrainingSourceDeclaration): A source of training data as a provider declares
            it.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Problem | TrainingDataSource
     """


    return (await asyncio_detailed(
        client=client,
body=body,
idempotency_key=idempotency_key,

    )).parsed
