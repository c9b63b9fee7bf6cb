"""An answer to the customer by the playbook alone: its template, filled. Nobody waits for a model.

A mail is the step's letter, or its script as a letter. A chat is short: the opening and the
closing. A call is the script with its hints. Where the step has no words for the customer, or
there is none, it is a few plain words that promise nothing.
"""

from datetime import datetime

from domain.fact_words import fact_values
from domain.script import Placeholder, Values, render
from models.draft import ReplyChannel, ResponseDraft
from models.guidance_facts import GuidanceFacts
from models.step import Approval, EmailStep, Notify, Script, Step, Webhook

MAX_SUBJECT, MAX_TEXT = 200, 4000

_PLAIN = Script(
    opening="Thank you for your note. We are looking into it. You will hear from us.",
    closing="Thank you for your patience.",
)


def by_template(facts: GuidanceFacts, channel: ReplyChannel, now: datetime) -> ResponseDraft:
    """The answer for a channel. Only a mail has a subject."""
    values = fact_values(facts, now)
    step = facts.step.step if facts.step else None
    if channel is ReplyChannel.MAIL:
        subject, text = _mail(step, values)
        return ResponseDraft(subject=subject[:MAX_SUBJECT], text=text[:MAX_TEXT])
    script = _script(step)
    text = _call(script) if channel is ReplyChannel.CALL else _chat(script)
    return ResponseDraft(subject=None, text=render(text, values).strip()[:MAX_TEXT])


def _script(step: Step | None) -> Script:
    """The step's words for the customer. What colleagues and systems are told is none."""
    if step is None or isinstance(step, Notify | Webhook | Approval):
        return _PLAIN
    if step.script is not None:
        return step.script
    if isinstance(step, EmailStep):
        return Script(opening=step.letter.body)
    return _PLAIN


def _mail(step: Step | None, values: Values) -> tuple[str, str]:
    if isinstance(step, EmailStep):
        letter = step.letter
        return render(letter.subject, values), render(letter.body, values)
    script = _script(step)
    name = values[Placeholder.CUSTOMER_FIRST_NAME]
    greeting = f"Hi {name}," if name else "Hello,"
    opening = render(script.opening, values)
    if opening.casefold().startswith(("hi ", "hello", "dear ")):
        greeting = ""
    closing = render(script.closing, values) if script.closing else ""
    signed = "\n".join(
        word
        for word in (values[Placeholder.AGENT_FIRST_NAME], values[Placeholder.COMPANY_NAME])
        if word
    )
    subject = render("Your case {case.number}", values)
    return subject, "\n\n".join(part for part in (greeting, opening, closing, signed) if part)


def _chat(script: Script) -> str:
    return "\n".join(part for part in (script.opening, script.closing) if part)


def _call(script: Script) -> str:
    hints = "\n".join(f"- {point}" for point in script.key_points)
    return "\n\n".join(part for part in (script.opening, hints, script.closing) if part)
