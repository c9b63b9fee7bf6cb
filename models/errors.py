"""Every error that Rightnow means, as one tree. One code, three doors: HTTP, Temporal, logs.

RightnowError
├── BadInput                      422 the request itself is wrong
│   ├── FieldsInvalid                 fields-invalid
│   ├── KeyReused                     idempotency-key-reused
│   ├── ReasonRequired                reason-required
│   ├── OutcomeUnknown                outcome-unknown
│   ├── FieldRequired                 field-required
│   ├── AmountRefused                 amount-refused
│   ├── PauseInvalid                  pause-invalid
│   ├── SnoozeInvalid                 snooze-invalid
│   ├── MailUnreadable                mail-unreadable
│   └── ContentInvalid                a content file that is not taken
│       ├── PlaybookInvalid               playbook-invalid
│       ├── SlaInvalid                    sla-invalid
│       ├── SignalsInvalid                signals-invalid
│       └── PromptInvalid                 prompt-invalid
├── NotAuthenticated              401 not-authenticated
├── NotAllowed                    403 not-allowed
├── NotFound                      404
│   ├── EscalationUnknown             escalation-unknown
│   ├── StepUnknown                   step-unknown
│   ├── AlertUnknown                  alert-unknown
│   ├── OperationUnknown              operation-unknown
│   ├── PersonUnknown                 person-unknown
│   └── PlaybookUnknown               playbook-unknown
├── Conflict                      409 right request, wrong moment
│   ├── EscalationClosed              escalation-closed
│   ├── NotInThisStatus               not-in-this-status
│   ├── StepNotOpen                   step-not-open
│   ├── StepAlreadyEnded              step-already-ended
│   ├── SkipForbidden                 skip-forbidden
│   ├── AlreadyAssigned               already-assigned
│   ├── SecondPersonNeeded            second-person-needed
│   ├── NobodyHigher                  nobody-higher
│   ├── UndoTooLate                   undo-too-late
│   ├── MergeRefused                  merge-refused
│   ├── PlaybookNotAdoptable          playbook-not-adoptable
│   ├── PreviewStale                  preview-stale
│   └── RuleBroken                    rule-broken
├── VersionMismatch               412 version-mismatch
├── TooLarge                      413 too-large
├── Unavailable                   503 try again, nothing is lost
│   ├── StoreUnavailable              store-unavailable
│   ├── EngineUnavailable             engine-unavailable
│   ├── DeliveryDelayed               delivery-delayed
│   └── Busy                          busy
└── Broken                        500 ours to mend
    ├── ProjectionForked              projection-forked
    └── NoPlaybook                    no-playbook
"""

from datetime import timedelta

from models.trouble import RightnowError as RightnowError, Trouble as Trouble


class BadInput(RightnowError):
    """The request itself is wrong; the same request will never be right."""


class FieldsInvalid(BadInput):
    """Fields are missing, unknown, or not what they should be."""

    code = "fields-invalid"
    title = "Some fields are not right."


class KeyReused(BadInput):
    """An idempotency key was used before with another body."""

    code = "idempotency-key-reused"
    title = "This key was used for another request."


class ReasonRequired(BadInput):
    """A step that may only be skipped with a reason was skipped without one."""

    code = "reason-required"
    title = "Say why, in a few words."


class OutcomeUnknown(BadInput):
    """The step has no such outcome."""

    code = "outcome-unknown"
    title = "This step cannot end that way."


class FieldRequired(BadInput):
    """A field of the step that must be filled in is empty, or there is no such field."""

    code = "field-required"
    title = "A field of this step is missing."


class AmountRefused(BadInput):
    """An amount of money that the step does not give."""

    code = "amount-refused"
    title = "This much money cannot be given here."


class PauseInvalid(BadInput):
    """A pause that has no time to last, or lasts longer than the SLA policy allows."""

    code = "pause-invalid"
    title = "The case cannot be put on hold like that."


class SnoozeInvalid(BadInput):
    """Nothing can be put off into the past, for longer than a week, or past its own end."""

    code = "snooze-invalid"
    title = "It cannot be put off like that."


class MailUnreadable(BadInput):
    """Not a mail, or one built to hurt."""

    code = "mail-unreadable"
    title = "This mail cannot be read."


class ContentInvalid(BadInput):
    """A content file breaks its rules. Each trouble names file, line and key."""


class PlaybookInvalid(ContentInvalid):
    """A playbook breaks its rules. Each trouble names file, line and key."""

    code = "playbook-invalid"
    title = "This playbook cannot be used."


class SlaInvalid(ContentInvalid):
    """An SLA policy or a calendar breaks its rules. Each trouble names file, line and key."""

    code = "sla-invalid"
    title = "These SLA rules cannot be used."


class SignalsInvalid(ContentInvalid):
    """A file of signal words that is not taken."""

    code = "signals-invalid"
    title = "The signal words have problems."


class PromptInvalid(ContentInvalid):
    """A prompt breaks its rules. Each trouble names file, line and key."""

    code = "prompt-invalid"
    title = "This prompt cannot be used."


class NotAuthenticated(RightnowError):
    """No token, or one that is unknown, ended, or revoked."""

    code = "not-authenticated"
    title = "We do not know who you are."


class NotAllowed(RightnowError):
    """The actor's role, scope or ownership does not reach this far."""

    code = "not-allowed"
    title = "You may not do this."


class NotFound(RightnowError):
    """There is no such thing, or not for this actor."""


class EscalationUnknown(NotFound):
    """No escalation of that id or number."""

    code = "escalation-unknown"
    title = "There is no such case."


class StepUnknown(NotFound):
    """The case has no such step."""

    code = "step-unknown"
    title = "This case has no such step."


class AlertUnknown(NotFound):
    """The case has no such alert."""

    code = "alert-unknown"
    title = "There is no such alert."


class OperationUnknown(NotFound):
    """No operation of that id."""

    code = "operation-unknown"
    title = "There is no such operation."


class PersonUnknown(NotFound):
    """No active person of that id or address."""

    code = "person-unknown"
    title = "There is no such person."


class PlaybookUnknown(NotFound):
    """No playbook, or no version of it, by that name."""

    code = "playbook-unknown"
    title = "There is no such playbook."


class Conflict(RightnowError):
    """The right request at the wrong moment."""


class EscalationClosed(Conflict):
    """The case is over."""

    code = "escalation-closed"
    title = "This case is closed."


class NotInThisStatus(Conflict):
    """The lifecycle table does not allow it in the case's status."""

    code = "not-in-this-status"
    title = "This cannot be done as the case stands."


class StepNotOpen(Conflict):
    """The step's turn has not come."""

    code = "step-not-open"
    title = "It is not this step's turn."


class StepAlreadyEnded(Conflict):
    """Somebody was faster; the detail says when."""

    code = "step-already-ended"
    title = "This step is already done."


class SkipForbidden(Conflict):
    """The playbook does not let this step be skipped."""

    code = "skip-forbidden"
    title = "This step cannot be skipped."


class AlreadyAssigned(Conflict):
    """A claim for a case that somebody else has."""

    code = "already-assigned"
    title = "Somebody else has this case."


class SecondPersonNeeded(Conflict):
    """Whoever wrote it cannot let it pass: somebody else has to look at it first."""

    code = "second-person-needed"
    title = "Somebody else must do this."


class NobodyHigher(Conflict):
    """The case waits for the highest role already, or whoever asks has it."""

    code = "nobody-higher"
    title = "There is nobody higher to hand this to."


class UndoTooLate(Conflict):
    """What was done has left the house, something came after it, or ten seconds are over."""

    code = "undo-too-late"
    title = "This can no longer be taken back."


class MergeRefused(Conflict):
    """A case cannot go on in itself, in one that is resolved or over, or that goes on elsewhere."""

    code = "merge-refused"
    title = "The case cannot go on in that one."


class PlaybookNotAdoptable(Conflict):
    """A case that cannot go on by that playbook as it stands; the preview says why."""

    code = "playbook-not-adoptable"
    title = "The case cannot go on by that playbook now."


class PreviewStale(Conflict):
    """The case moved since the preview: something else would happen now."""

    code = "preview-stale"
    title = "The case has moved since you looked."


class RuleBroken(Conflict):
    """A rule of ours broke over this request. It is refused, so that the case can go on."""

    code = "rule-broken"
    title = "We could not do this. It is our fault."


class VersionMismatch(RightnowError):
    """The case changed since the caller last looked (`If-Match`)."""

    code = "version-mismatch"
    title = "The case has changed since you looked."


class TooLarge(RightnowError):
    """More than is taken in one go."""

    code = "too-large"
    title = "This is too large."


class Unavailable(RightnowError):
    """Something that we need is away. Trying again later is right."""

    retryable = True


class StoreUnavailable(Unavailable):
    """PostgreSQL does not answer. The clocks go on."""

    code = "store-unavailable"
    title = "We cannot save or read right now."


class EngineUnavailable(Unavailable):
    """Temporal or its workers do not answer in time."""

    code = "engine-unavailable"
    title = "The engine does not answer right now."


class DeliveryDelayed(Unavailable):
    """A letter did not leave, and may later."""

    code = "delivery-delayed"
    title = "The letter has not left yet."

    def __init__(self, detail: str, *, again_after: timedelta | None = None) -> None:
        super().__init__(detail)
        self.again_after = again_after
        """When to try again; when it is empty, as the workflow says."""


class Busy(Unavailable):
    """As many of these run as may run at once."""

    code = "busy"
    title = "Too much of this is asked for at once."


class Broken(RightnowError):
    """A promise of our own is broken: a person must look."""


class ProjectionForked(Broken):
    """PostgreSQL has another event under the same number."""

    code = "projection-forked"
    title = "Two different events have the same number."


class NoPlaybook(Broken):
    """Not even the general playbook is there."""

    code = "no-playbook"
    title = "No playbook matches."


def leaves(root: type[RightnowError] = RightnowError) -> tuple[type[RightnowError], ...]:
    """Every error that can be raised, in the order of the tree."""
    below = root.__subclasses__()
    if not below:
        return (root,)
    return tuple(leaf for kind in below for leaf in leaves(kind))


BY_CODE = {leaf.code: leaf for leaf in leaves()}
