"""What a report says, gathered once for the page and for both PDFs. Pure; the wording is ours."""

from dataclasses import dataclass
from datetime import datetime

from sandbox.crosschq.pdf import Line, render
from sandbox.crosschq.people import Reference
from sandbox.crosschq.questions import QUESTIONS
from sandbox.crosschq.reference_request import ReferenceRequest
from sandbox.crosschq.statuses import WORDS, RequestStatus
from sandbox.crosschq.surveys import RELATIONSHIPS


@dataclass(frozen=True)
class Row:
    """One question: what the references said on average, and what the candidate said."""

    statement: str
    references: float
    candidate: int


@dataclass(frozen=True)
class Report:
    """A finished report. `score` is the mean of all ratings by references, 1 to 5."""

    candidate: str
    position: str
    survey: str
    ready_on: datetime
    score: float
    rows: list[Row]
    references: list[Reference]
    note: str

    @classmethod
    def from_request(cls, request: ReferenceRequest, survey_name: str) -> "Report":
        """The report of a request that has one; ValueError otherwise."""
        own, ready_on = request.self_reference, request.report_ready_on
        if ready_on is None or own is None:
            raise ValueError("this request has no report yet")
        rows = [Row(text, _mean(request, name), own.ratings[name]) for name, text in QUESTIONS.items()]
        return cls(
            candidate=request.order.candidate.name,
            position=request.order.job_position,
            survey=survey_name,
            ready_on=ready_on,
            score=round(sum(row.references for row in rows) / len(rows), 1),
            rows=rows,
            references=request.references,
            note=_note(request),
        )

    def summary_pdf(self) -> bytes:
        """One page: the score, the questions, who was asked."""
        return render([*self._head("Reference summary"), *self._people()])

    def full_pdf(self) -> bytes:
        """The summary and what each reference said."""
        return render([*self._head("Reference report"), *self._people(), *self._answers()])

    def _head(self, title: str) -> list[Line]:
        facts = f"{self.position or 'Position not named'} - survey {self.survey} - {self.ready_on:%d %B %Y}"
        rows = [Line(f"{row.references:.1f}  (self {row.candidate})  {row.statement}") for row in self.rows]
        return [
            Line("Crosschq 360 (sandbox)", 9),
            Line(f"{title}: {self.candidate}", 20, bold=True, gap=6),
            Line(facts, gap=4),
            Line(f"Overall {self.score:.1f} of 5", 14, bold=True, gap=14),
            *([Line(self.note, gap=4)] if self.note else []),
            Line("Average of the references", 12, bold=True, gap=14),
            *rows,
        ]

    def _people(self) -> list[Line]:
        lines = [f"{one.person.name} - {label(one)} - {WORDS[one.status]}" for one in self.references]
        return [Line("References", 12, bold=True, gap=14), *map(Line, lines)]

    def _answers(self) -> list[Line]:
        lines = []
        for one in self.references:
            if one.answers is not None:
                ratings = ", ".join(f"{QUESTIONS[name]} {n}" for name, n in one.answers.ratings.items())
                lines.append(Line(f"{one.person.name}, {label(one)}", 11.5, bold=True, gap=12))
                lines.append(Line(ratings))
                lines.append(Line(one.answers.comment or "No comment.", gap=2))
        return lines


def label(reference: Reference) -> str:
    """The relationship in words."""
    return RELATIONSHIPS[reference.relationship][0]


def _mean(request: ReferenceRequest, question: str) -> float:
    given = [one.answers.ratings[question] for one in request.references if one.answers is not None]
    return round(sum(given) / len(given), 1)


def _note(request: ReferenceRequest) -> str:
    if request.status is not RequestStatus.CONCLUDED:
        return ""
    missed = [one.person.name for one in request.references if one.answers is None]
    return f"The request was concluded before these references answered: {', '.join(missed) or 'none'}."
