"""What a reference request would hold, for people to read: the candidate's own addresses masked. Pure."""

from dataclasses import dataclass

from hiring.decisions import Send


@dataclass(frozen=True)
class Field:
    name: str
    value: str


def fields_of(order: Send) -> tuple[Field, ...]:
    """In the order in which Crosschq's own form has them."""
    counts = ", ".join(f"{count} {kind}" for kind, count in sorted(order.template.counts.items()) if count)
    manager = order.hiring_manager
    return (
        Field("Template", order.template.name),
        Field("Job function (survey)", order.template.survey),
        Field("References", counts or "none"),
        Field("Candidate", f"{order.first_name} {order.last_name}"),
        Field("Candidate's e-mail", masked_email(order.email)),
        Field(
            "Candidate's mobile phone", masked_phone(order.phone) if order.phone else "none: no text messages"
        ),
        Field("Job position", order.job_position),
        Field("Requestor", f"{order.requestor.name} ({order.requestor.email})"),
        Field("Hiring manager", f"{manager.name} ({manager.address})" if manager else "none"),
    )


def masked_email(email: str) -> str:
    """The first letter and the domain."""
    name, _, domain = email.rpartition("@")
    return f"{name[:1]}…@{domain}"


def masked_phone(phone: str) -> str:
    """The last two digits."""
    return f"…{phone[-2:]}"
