"""The report can be read and downloaded without a key, and the knobs make its links misbehave."""

import shutil
import subprocess
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from sandbox.crosschq.pdf import Line, render


async def finished(crosschq: Any, **fields: Any) -> str:
    request_id = await crosschq.create(**fields)
    await crosschq.act(request_id, "finish")
    return str(request_id)


@pytest.mark.parametrize("kind", ["summary", "full"])
async def test_the_pdf_opens_without_a_key_and_has_text(crosschq: Any, kind: str) -> None:
    request_id = await finished(crosschq)
    answer = await crosschq.browser.get(f"/reports/{request_id}/{kind}.pdf")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
    assert answer.content.startswith(b"%PDF-")
    assert answer.content.endswith(b"%%EOF\n")
    assert b"Ada K) Tj" in answer.content


async def test_only_the_full_pdf_has_what_references_wrote(crosschq: Any) -> None:
    request_id = await finished(crosschq)
    comment = crosschq.app.state.organization.requests[request_id].references[0].answers.comment.encode()[:30]
    assert comment in (await crosschq.browser.get(f"/reports/{request_id}/full.pdf")).content
    assert comment not in (await crosschq.browser.get(f"/reports/{request_id}/summary.pdf")).content


def test_the_cross_reference_table_points_at_every_object() -> None:
    pdf = render([Line("Zoë (the “first”) \\ 李", gap=3)] * 90)
    start = int(pdf.rsplit(b"startxref\n", 1)[1].split()[0])
    entries = pdf[start:].split(b"\n")[3:]
    offsets = [int(entry.split()[0]) for entry in entries if entry.endswith(b"n ")]
    assert [pdf[at:].split(b" ")[0] for at in offsets] == [str(n + 1).encode() for n in range(len(offsets))]
    assert b"/Count 3" in pdf
    assert "Zoë \\(the “first”\\) \\\\ ?".encode("cp1252") in pdf


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler is not installed")
def test_pdftotext_reads_every_page(tmp_path: Path) -> None:
    file = tmp_path / "any.pdf"
    file.write_bytes(render([Line(f"Zoë's line {n} (of many)", gap=9) for n in range(60)]))
    command = [str(shutil.which("pdftotext")), str(file), "-"]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    assert [f"Zoë's line {n} (of many)" in done.stdout for n in range(60)] == [True] * 60
    assert done.stderr == ""


async def test_there_is_no_report_before_it_is_ready(crosschq: Any) -> None:
    request_id = await crosschq.create()
    for path in ("", "/summary.pdf", "/full.pdf"):
        assert (await crosschq.browser.get(f"/reports/{request_id}{path}")).status_code == 404


async def test_report_links_can_expire(make: Any) -> None:
    crosschq = make(report_expires_after=timedelta(hours=1))
    request_id = await finished(crosschq)
    assert (await crosschq.browser.get(f"/reports/{request_id}/full.pdf")).status_code == 200
    crosschq.clock.advance(hours=2)
    for path in ("", "/summary.pdf", "/full.pdf"):
        assert (await crosschq.browser.get(f"/reports/{request_id}{path}")).status_code == 410


async def test_report_links_can_point_at_a_foreign_host_and_back(crosschq: Any) -> None:
    request_id = await finished(crosschq)
    await crosschq.browser.put("/sandbox/report-host", json={"base": "https://evil.example"})
    assert (await crosschq.read(request_id))["report_full_pdf"] == (
        f"https://evil.example/reports/{request_id}/full.pdf"
    )
    await crosschq.browser.put("/sandbox/report-host", json={"base": None})
    assert (await crosschq.read(request_id))["report_url"] == f"http://crosschq.test/reports/{request_id}"


async def test_the_pdf_link_can_serve_a_page_a_flood_or_a_redirect(crosschq: Any) -> None:
    url = f"/reports/{await finished(crosschq)}/full.pdf"

    async def as_kind(kind: str) -> Any:
        await crosschq.browser.put("/sandbox/report-kind", json={"kind": kind})
        return await crosschq.browser.get(url)

    assert (await as_kind("html")).headers["content-type"].startswith("text/html")
    huge = await as_kind("huge")
    assert (len(huge.content) > 31 * 1024 * 1024, "content-length" in huge.headers) == (True, False)
    moved = await as_kind("redirect")
    assert moved.status_code == 302
    assert (await crosschq.browser.get(moved.headers["location"])).content.startswith(b"%PDF-")
    assert (await as_kind("pdf")).status_code == 200


async def test_an_unknown_report_kind_is_refused(crosschq: Any) -> None:
    assert (await crosschq.browser.put("/sandbox/report-kind", json={"kind": "gif"})).status_code == 400
