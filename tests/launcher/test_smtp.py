"""The demo's mail ends as files."""

from __future__ import annotations

import smtplib
import sys
from email import message_from_bytes
from email.message import EmailMessage
from pathlib import Path

from launcher.console import mails_about
from launcher.ports import HOST, free_port, is_free
from launcher.supervisor import Service, Supervisor


def test_a_message_is_written_whole_and_its_path_is_printed(tmp_path: Path) -> None:
    port, mail = free_port(), tmp_path / "mail"
    mail.mkdir()
    argv = (sys.executable, "-m", "launcher.smtp", str(port), str(mail))
    supervisor = Supervisor(tmp_path, print)
    try:
        supervisor.start(Service("smtp", argv, {}))
        supervisor.wait(lambda: not is_free(port), seconds=20, what="the catcher")
        message = EmailMessage()
        message["From"], message["To"] = "assay@localhost", "officer@northwind.example"
        message["Subject"] = "violating"
        message.set_content("See http://127.0.0.1:8000/runs/4f1c/.\n.\nEnd.\n")
        with smtplib.SMTP(HOST, port) as client:
            client.send_message(message)
    finally:
        supervisor.stop()
    (path,) = mails_about(mail, "4f1c")
    kept = message_from_bytes(path.read_bytes())
    assert kept["To"] == "officer@northwind.example"
    assert "End." in str(kept.get_payload())
    assert str(path) in supervisor.log_path("smtp").read_text()
    assert mails_about(mail, "another") == []
