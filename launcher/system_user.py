"""The system user that PostgreSQL runs as when root starts the demo: it refuses to be root."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from compliance.domain.errors import InvalidInputError

NAME = "assay-postgres"
ADMIN_PATH = "/usr/sbin:/sbin:/usr/local/sbin:" + os.defpath
USERADD = "useradd --system --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin"
BUSYBOX_ADDUSER = "adduser -S -D -H"
COMMANDS = tuple([*command.split(), NAME] for command in (USERADD, BUSYBOX_ADDUSER))


@dataclass(frozen=True, slots=True)
class SystemUser:
    """Whom a process runs as."""

    name: str
    uid: int
    gid: int


def system_user() -> SystemUser | None:
    """The user to drop to: none unless this is root; made when it does not exist yet.

    Raises:
        InvalidInputError: this is root and the user can be neither found nor made.
    """
    if os.geteuid() != 0:
        return None
    for command in ((), *COMMANDS):
        program = shutil.which(command[0], path=ADMIN_PATH) if command else None
        if program:
            subprocess.run([program, *command[1:]], check=False, capture_output=True)
        try:
            found = pwd.getpwnam(NAME)
        except KeyError:
            continue
        return SystemUser(found.pw_name, found.pw_uid, found.pw_gid)
    raise InvalidInputError(
        field=NAME,
        problem="PostgreSQL does not run as root, and its system user could not be made",
        fix=f"Make a user named {NAME}, or run make demo as another user than root",
    )


def reach_check(user: SystemUser, folder: Path) -> None:
    """Refuse a folder that the user cannot enter; the folders above it are never changed."""
    program = shutil.which("test", path=os.defpath) or "/usr/bin/test"
    reached = subprocess.run(
        [program, "-x", str(folder)],
        user=user.uid,
        group=user.gid,
        extra_groups=[],
        cwd="/",
        check=False,
    )
    if reached.returncode:
        raise InvalidInputError(
            field="ASSAY_HOME",
            problem=f"the system user {user.name}, which runs PostgreSQL, cannot enter {folder}",
            fix="Set ASSAY_HOME to a folder below folders that everybody may enter, such as"
            " /var/lib/assay",
        )
