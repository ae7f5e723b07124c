"""The Kubernetes example: schemas, and that its parts fit each other and the record."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import kubernetes_validate
import psycopg
import pytest
import yaml
from django.db import connection

from compliance.env import Env
from launcher.ports import HOST
from tests.architecture.deployment import DOCKER, QUEUES, ROOT, of_kind, queues, resources
from tests.servers import Servers

KUBERNETES = "1.33"
CUSTOM = {"ScaledObject", "TriggerAuthentication"}


def pods() -> list[tuple[str, dict[str, Any]]]:
    """Every pod template with its owner's name."""
    return [
        (owner["metadata"]["name"], owner["spec"]["template"])
        for owner in of_kind("Deployment", "Job")
    ]


def title(resource: dict[str, Any]) -> str:
    return f"{resource['kind']}/{resource['metadata']['name']}"


@pytest.mark.parametrize(
    "resource", [one for one in resources() if one["kind"] not in CUSTOM], ids=title
)
def test_it_is_what_kubernetes_accepts(resource: dict[str, Any]) -> None:
    kubernetes_validate.validate(resource, KUBERNETES, strict=True)


def test_kubectl_reads_the_folder(tmp_path: Path) -> None:
    kubectl = shutil.which("kubectl")
    if kubectl is None:
        pytest.skip("no kubectl on this machine")
    names = [Path(shutil.copy(file, tmp_path)).name for file in files()]
    (tmp_path / "kustomization.yaml").write_text(yaml.safe_dump({"resources": names}))
    said = subprocess.run(
        [kubectl, "kustomize", str(tmp_path)], capture_output=True, text=True, check=True
    )
    read = {title(one) for one in yaml.safe_load_all(said.stdout)}
    assert read == {title(one) for one in resources()}


def files() -> list[Path]:
    return sorted((DOCKER / "kubernetes").glob("*.yaml"))


def test_everything_is_in_the_namespace_that_is_made_first() -> None:
    namespace, *others = resources()
    assert namespace["kind"] == "Namespace"
    assert {one["metadata"]["namespace"] for one in others} == {namespace["metadata"]["name"]}


def test_every_pod_is_hardened() -> None:
    for name, pod in pods():
        spec = pod["spec"]
        assert spec["automountServiceAccountToken"] is False, name
        assert spec["securityContext"]["runAsNonRoot"] is True, name
        assert spec["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}, name
        (container,) = spec["containers"]
        assert container["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }, name
        assert "memory" in container["resources"]["limits"], name
        assert "livenessProbe" in container or name == "migrate", name
        for mount in container["volumeMounts"]:
            assert mount["mountPath"] != "/models" or mount["readOnly"] is True, name


def test_names_and_labels_lead_to_something() -> None:
    labels = [pod["metadata"]["labels"] for _, pod in pods()]
    for owner in of_kind("Deployment"):
        wanted = owner["spec"]["selector"]["matchLabels"]
        assert wanted.items() <= owner["spec"]["template"]["metadata"]["labels"].items()
    selectors = [one["spec"]["selector"] for one in of_kind("Service")]
    selectors += [one["spec"]["selector"]["matchLabels"] for one in of_kind("PodDisruptionBudget")]
    for policy in of_kind("NetworkPolicy"):
        selectors.append(policy["spec"]["podSelector"].get("matchLabels", {}))
        for rule in policy["spec"]["podSelector"].get("matchExpressions", []):
            assert set(rule["values"]) <= {label["process"] for label in labels}
    for wanted in selectors:
        assert any(wanted.items() <= label.items() for label in labels), wanted
    given = {one["metadata"]["name"] for one in of_kind("ConfigMap", "Secret")}
    for name, pod in pods():
        for source in pod["spec"]["containers"][0]["envFrom"]:
            (reference,) = source.values()
            assert reference["name"] in given, name


def test_every_variable_is_one_that_assay_reads() -> None:
    known = {f"ASSAY_{name.upper()}" for name in Env.model_fields}
    named = {
        name
        for one in of_kind("ConfigMap", "Secret")
        if one["metadata"]["name"] not in {"assay-scaler", "assay-evidence"}
        for name in one.get("data", one.get("stringData", {}))
    }
    assert named <= known
    required = {f"ASSAY_{name.upper()}" for name, f in Env.model_fields.items() if f.is_required()}
    assert required <= named | {"ASSAY_MODELS_ROOT"}  # the image names that one


def test_probes_send_a_host_that_is_served() -> None:
    (settings,) = of_kind("ConfigMap")
    served = settings["data"]["ASSAY_ALLOWED_HOSTS"].split(",")
    web = next(pod for name, pod in pods() if name == "web")["spec"]["containers"][0]
    for probe in ("readinessProbe", "livenessProbe", "startupProbe"):
        assert web[probe]["httpGet"]["httpHeaders"][0]["value"] in served


def test_every_queue_has_its_worker() -> None:
    found = [queues(pod["spec"]["containers"][0].get("args", [])) for _, pod in pods()]
    assert set().union(*found) == QUEUES


@pytest.mark.django_db
def test_the_role_that_scaling_asks_as_sees_no_more_than_it_needs(servers: Servers) -> None:
    """The statement in docs/operations.md, on the test's database."""
    text = (ROOT / "docs" / "operations.md").read_text()
    (statement,) = re.findall(r"```sql\n(CREATE ROLE assay_scaler.*?)```", text, flags=re.S)
    database = connection.settings_dict["NAME"]
    postgres = servers.postgres
    with psycopg.connect(
        host=HOST,
        port=postgres.port,
        user="postgres",
        password=postgres.superuser_password,
        dbname=database,
    ) as superuser:
        superuser.execute(statement.replace("DATABASE assay ", f"DATABASE {database} ").encode())
        superuser.execute("SET LOCAL ROLE assay_scaler")
        for one in of_kind("ScaledObject"):
            query = one["spec"]["triggers"][0]["metadata"]["query"]
            assert superuser.execute(query.encode()).fetchone() == (0,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            superuser.execute("SELECT spec FROM audits_shard")
        superuser.rollback()


@pytest.mark.django_db
def test_scaling_asks_the_record_what_it_can_answer() -> None:
    deployments = {one["metadata"]["name"]: one for one in of_kind("Deployment")}
    keys = {one["metadata"]["name"] for one in of_kind("TriggerAuthentication")}
    scaled = of_kind("ScaledObject")
    assert len(scaled) == 3
    for one in scaled:
        target = deployments[one["spec"]["scaleTargetRef"]["name"]]
        assert "replicas" not in target["spec"]
        (trigger,) = one["spec"]["triggers"]
        assert trigger["type"] == "postgresql"
        assert trigger["authenticationRef"]["name"] in keys
        (queue,) = queues(target["spec"]["template"]["spec"]["containers"][0]["args"])
        assert f"queue = '{queue}'" in trigger["metadata"]["query"]
        assert float(trigger["metadata"]["targetQueryValue"]) > 0
        with connection.cursor() as cursor:
            cursor.execute(trigger["metadata"]["query"])
            assert cursor.fetchone() == (0,)
