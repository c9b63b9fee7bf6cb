"""Who wrote a mail: a table of headers as real systems send them."""

import pytest
from hypothesis import given, strategies as st

from domain.auto_reply import MACHINE_SENDERS, AuthorVerdict, Headers, judge_author
from models.command import Author

OURS = ("support@brightair.test",)


def judge(
    *headers: tuple[str, str],
    sender: str = "doug@carter.test",
    subject: str = "Hello",
    message_id: str | None = "1@carter.test",
) -> AuthorVerdict:
    return judge_author(
        headers,
        sender_address=sender,
        subject=subject,
        message_id=message_id,
        own_addresses=OURS,
        own_message_domains=("mail.brightair.test",),
    )


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Auto-Submitted", "no"),
        ("Precedence", "first-class"),
        ("X-Autoreply", "no"),
        ("Return-Path", "<doug@carter.test>"),
        ("X-Auto-Response-Suppress", "DR, RN"),
        ("List-Id", ""),
        ("Content-Type", "multipart/mixed; boundary=x"),
    ],
)
def test_a_persons_mail_gives_no_reason(header: str, value: str) -> None:
    assert judge((header, value)) == AuthorVerdict(author=Author.HUMAN, own=False, reasons=())


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Auto-Submitted", "auto-replied"),
        ("auto-submitted", "Auto-Replied; owner-email=x (vacation)"),
        ("Precedence", "auto_reply"),
        ("X-Autoreply", "yes"),
        ("X-Autorespond", "Out until Monday"),
        ("Return-Path", "<>"),
        ("Content-Type", 'multipart/report; report-type="disposition-notification"; boundary=x'),
    ],
)
def test_an_autoresponder_is_known_by_one_header(header: str, value: str) -> None:
    """Trap 44: RFC 3834 and what came before it."""
    verdict = judge((header, value))
    assert verdict.author is Author.AUTO_REPLY
    assert len(verdict.reasons) == 1


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Auto-Submitted", "auto-generated"),
        ("Auto-Submitted", "auto-notified"),
        ("Precedence", "bulk"),
        ("Precedence", "LIST"),
        ("X-Auto-Response-Suppress", "All"),
        ("X-Auto-Response-Suppress", "DR, OOF, AutoReply"),
        ("List-Id", "News <news.shop.test>"),
        ("Content-Type", "multipart/report; boundary=x; report-type=delivery-status"),
    ],
)
def test_a_machine_is_known_by_one_header(header: str, value: str) -> None:
    """Trap 44."""
    verdict = judge((header, value))
    assert verdict.author is Author.BOT
    assert len(verdict.reasons) == 1


@pytest.mark.parametrize(
    "subject",
    [
        "Automatic reply: Your case",
        "Out of Office",
        "Out of office: back on Monday",
        "Auto-Reply: hello",
        "I am out of the office until 1 December",
        "Abwesenheitsnotiz: Ihr Fall",
        "Réponse automatique : bonjour",
    ],
)
def test_an_out_of_office_subject_is_an_automatic_reply(subject: str) -> None:
    assert judge(subject=subject).author is Author.AUTO_REPLY


@pytest.mark.parametrize(
    "subject",
    [
        "Re: Automatic reply: Your case",
        "Out of office chairs again?",
        "Automatic replying does not work",
        "The technician was out of the office",
    ],
)
def test_a_person_may_write_about_automatic_replies(subject: str) -> None:
    assert judge(subject=subject).author is Author.HUMAN


@pytest.mark.parametrize("local", MACHINE_SENDERS)
def test_no_person_writes_from_a_machines_address(local: str) -> None:
    """Trap 44: no-reply boxes."""
    assert judge(sender=f"{local}@shop.test").author is Author.BOT
    assert judge(sender=f"{local}+case=7@shop.test".upper()).author is Author.BOT


def test_a_name_that_only_begins_like_a_machines_is_a_persons() -> None:
    assert judge(sender="bouncer@club.test").author is Author.HUMAN


@pytest.mark.parametrize(
    "verdict",
    [
        judge(sender="Support@BrightAir.test"),
        judge(("X-Rightnow", "case")),
        judge(message_id="case-7@Mail.BrightAir.test"),
    ],
)
def test_our_own_mail_is_known_by_any_of_its_marks(verdict: AuthorVerdict) -> None:
    """Trap 46: it never reopens anything."""
    assert verdict.own
    assert verdict.author is Author.BOT


def test_a_colleague_in_our_domain_is_not_our_own_mail() -> None:
    verdict = judge(sender="ray@brightair.test", message_id="7@brightair.test")
    assert (verdict.own, verdict.author) == (False, Author.HUMAN)


def test_a_customer_who_writes_through_our_own_list_is_a_person() -> None:
    headers = (("List-Id", "Support <support.brightair.test>"), ("Precedence", "list"))
    assert judge(*headers).author is Author.HUMAN


def test_a_bounce_is_a_bots_however_it_calls_itself() -> None:
    report = ("Content-Type", "multipart/report;\tboundary=x;\treport-type=delivery-status")
    verdict = judge(report, ("Auto-Submitted", "auto-replied"), ("Return-Path", "<>"))
    assert verdict.author is Author.BOT
    assert "not delivered" in verdict.reasons[0]


def test_the_first_of_two_headers_counts() -> None:
    assert judge(("Auto-Submitted", "no"), ("Auto-Submitted", "auto-replied")).reasons == ()


NAMES = st.sampled_from(["Auto-Submitted", "Precedence", "List-Id", "Content-Type", "Return-Path"])


@given(st.lists(st.tuples(NAMES, st.text(max_size=60)), max_size=6), st.text(max_size=60))
def test_a_verdict_has_a_reason_exactly_when_it_is_no_person(
    headers: Headers, subject: str
) -> None:
    verdict = judge(*headers, subject=subject)
    assert (verdict.author is Author.HUMAN) == (not verdict.reasons)
