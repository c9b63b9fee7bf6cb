"""Questions for secrets: passwords, PINs, codes, numbers of cards. Nobody of ours asks for one.

The rule. A sentence that names a secret and asks for it, in any of the usual ways, is no sentence
of ours, to the customer or as a hint to the agent. Saying that it is not asked for is fine ("We
will never ask for your password"), and so is helping with one ("You can set a new password").

The awkward case: "Do not worry, tell me your PIN" asks. So only the clause that says not to is
left out, and the rest of the sentence is read.
"""

import re
from collections.abc import Iterator

from domain.ground import Ground, Said
from domain.promises import clauses

_THEIR = r"(?:your|the|his|her|their|its|that|this|a|any|my)"
_SECRET = re.compile(
    r"\b(?:pass ?-?(?:words?|codes?|phrases?|keys?)|pins?(?: ?-?(?:codes?|numbers?))?"
    r"|cvv2?|cvc2?|otps?|ssn|social security|credentials|maiden name|iban|sort code|routing number"
    r"|log ?-?ins? (?:details|data|codes?|names?)|bank (?:details|data|log ?-?in|account)"
    r"|(?:secret|security) (?:questions?|answers?|words?|codes?|numbers?|phrases?|keys?)"
    r"|(?:credit|debit|bank|gift)? ?cards?(?:'s?)? (?:numbers?|details|data|codes?|digits)"
    r"|(?:numbers?|digits|codes?)(?: \w+){0,4} (?:on|from|of|behind) (?:\w+ ){0,3}cards?"
    r"|(?:one[- ]time|verification|access|confirmation|login|sms|text|unlock|auth\w*|\w+-digit)"
    rf" codes?|{_THEIR} (?:new |last |short |secret )?codes?)\b",
    re.IGNORECASE,
)
_GIVE = (
    r"(?:read|tell|give|send|share|text|mail|e-?mail|show|spell|say|type|enter|write|repeat|provide"
    r"|hand|pass|forward|dictate|key in|put in|fill in|look up|confirm(?! that)|verify|let)"
)
_START = r"^\W{0,3}(?:(?:please|now|then|so|just|kindly|first|also|next|and|or|hi|hello|well) )*"
_ASKS = re.compile(
    rf"{_START}{_GIVE}\b"
    rf"|{_START}(?:ask|get|take|collect|request|obtain|note|write down|check|find out|demand"
    r"|have)\b"
    rf"|\b{_GIVE} (?:(?:\w+ ){{0,5}}(?:to|with) )?(?:me|us)\b"
    r"|\b(?:what|which)(?:'s| is| are| was| were| (?:\w+ ){1,3}(?:is|are|do|did|does))\b"
    r"|\bdo you (?:still )?(?:have|know|remember|recall)\b"
    r"|\b(?:can|could|would|will|may|might|shall|won't|can't|couldn't) (?:you|i|we)"
    rf" (?:\w+ly |please |just )?(?:{_GIVE}|have|get|know|see|take|hear|ask|note|mind)\b"
    r"|\b(?:i|we)(?:'d|'ll)? (?:\w+ ){0,3}(?:need|want|require|like|love|ask|must|have to|got to)\b"
    r"|\b(?:need|want|waiting|asking|wait|ask) (?:\w+ ){0,2}for\b"
    r"|\bis (?:\w+ ){0,2}(?:needed|required)\b|\bwhy (?:don't|not)\b|\bplease\W*$",
    re.IGNORECASE,
)
_CARD = re.compile(
    rf"\b{_GIVE} (?:\w+ ){{0,3}}(?:me|us|out|over|over to (?:me|us)) {_THEIR} (?:\w+ )?cards?\b",
    re.IGNORECASE,
)
_NOT = re.compile(
    r"\b(?:never|nobody|no one|no need|without"
    r"|(?:do|does|did|will|would|should|must|need|shall) not"
    r"|(?<!why )(?:don't|doesn't|didn't|won't|wouldn't|shouldn't|mustn't|needn't)(?! you\b)"
    r"|not (?:need|ask|want|tell|give|share|have))\b",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"(?<=[.!?\n\u3002])\s*")


def asked(said: Said, _: Ground) -> Iterator[str]:
    """Each sentence that asks for a secret."""
    for text in said.texts:
        for sentence in _SENTENCE.split(text):
            if asks_for_secret(sentence):
                yield f"asks for a secret: “{sentence.strip()[:80]}”"


def asks_for_secret(sentence: str) -> bool:
    """Whether a sentence asks for a password, a code, a PIN, or the number of a card."""
    if _CARD.search(sentence):
        return not _NOT.search(sentence)
    kept = [clause for clause in clauses(sentence) if not _NOT.search(clause)]
    return any(map(_SECRET.search, kept)) and any(map(_ASKS.search, kept))
