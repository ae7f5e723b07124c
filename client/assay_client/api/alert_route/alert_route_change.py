from http import HTTPStatus
from typing import Any, cast
from urllib.parse import quote

import httpx

from ...client import AuthenticatedClient, Client
from ...types import Response, UNSET
from ... import errors

from ...models.alert_route import AlertRoute
from ...models.alert_route_change import AlertRouteChange
from ...models.problem import Problem
from ...types import UNSET, Unset
from typing import cast
from uuid import UUID



def _get_kwargs(
    route_id: UUID,
    *,
    body: AlertRouteChange,
    idempotency_key: str | Unset = UNSET,

) -> dict[str, Any]:
    headers: dict[str, Any] = {}
    if not isinstance(idempotency_key, Unset):
        headers["Idempotency-Key"] = idempotency_key



    

    

    _kwargs: dict[str, Any] = {
        "method": "put",
        "url": "/api/v1/alert-routes/{route_id}".format(route_id=quote(str(route_id), safe=""),),
    }

    _kwargs["json"] = body.to_dict()

    headers["Content-Type"] = "application/json"

    _kwargs["headers"] = headers
    return _kwargs



def _parse_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> AlertRoute | Problem | None:
    if response.status_code == 200:
        response_200 = AlertRoute.from_dict(response.json())



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

    if response.status_code == 404:
        response_404 = Problem.from_dict(response.json())



        return response_404

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


def _build_response(*, client: AuthenticatedClient | Client, response: httpx.Response) -> Response[AlertRoute | Problem]:
    return Response(
        status_code=HTTPStatus(response.status_code),
        content=response.content,
        headers=response.headers,
        parsed=_parse_response(client=client, response=response),
    )


def sync_detailed(
    route_id: UUID,
    *,
    client: AuthenticatedClient,
    body: AlertRouteChange,
    idempotency_key: str | Unset = UNSET,

) -> Response[AlertRoute | Problem]:
    """ Change an alert route

     Change an alert route.

    Args:
        route_id (UUID):
        idempotency_key (str | Unset):
        body (AlertRouteChange): What a route takes, and what becomes of it when nobody answers.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AlertRoute | Problem]
     """


    kwargs = _get_kwargs(
        route_id=route_id,
body=body,
idempotency_key=idempotency_key,

    )

    response = client.get_httpx_client().request(
        **kwargs,
    )

    return _build_response(client=client, response=response)

def sync(
    route_id: UUID,
    *,
    client: AuthenticatedClient,
    body: AlertRouteChange,
    idempotency_key: str | Unset = UNSET,

) -> AlertRoute | Problem | None:
    """ Change an alert route

     Change an alert route.

    Args:
        route_id (UUID):
        idempotency_key (str | Unset):
        body (AlertRouteChange): What a route takes, and what becomes of it when nobody answers.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AlertRoute | Problem
     """


    return sync_detailed(
        route_id=route_id,
client=client,
body=body,
idempotency_key=idempotency_key,

    ).parsed

async def asyncio_detailed(
    route_id: UUID,
    *,
    client: AuthenticatedClient,
    body: AlertRouteChange,
    idempotency_key: str | Unset = UNSET,

) -> Response[AlertRoute | Problem]:
    """ Change an alert route

     Change an alert route.

    Args:
        route_id (UUID):
        idempotency_key (str | Unset):
        body (AlertRouteChange): What a route takes, and what becomes of it when nobody answers.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        Response[AlertRoute | Problem]
     """


    kwargs = _get_kwargs(
        route_id=route_id,
body=body,
idempotency_key=idempotency_key,

    )

    response = await client.get_async_httpx_client().request(
        **kwargs
    )

    return _build_response(client=client, response=response)

async def asyncio(
    route_id: UUID,
    *,
    client: AuthenticatedClient,
    body: AlertRouteChange,
    idempotency_key: str | Unset = UNSET,

) -> AlertRoute | Problem | None:
    """ Change an alert route

     Change an alert route.

    Args:
        route_id (UUID):
        idempotency_key (str | Unset):
        body (AlertRouteChange): What a route takes, and what becomes of it when nobody answers.

    Raises:
        errors.UnexpectedStatus: If the server returns an undocumented status code and Client.raise_on_unexpected_status is True.
        httpx.TimeoutException: If the request takes longer than Client.timeout.

    Returns:
        AlertRoute | Problem
     """


    return (await asyncio_detailed(
        route_id=route_id,
client=client,
body=body,
idempotency_key=idempotency_key,

    )).parsed
