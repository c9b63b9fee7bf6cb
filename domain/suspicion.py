"""Does a text try to give orders to a machine? A sign for people to look at, never a filter.

The agent is told so in the guidance, and reads the message. Nothing else depends on it: what a
model answers is checked whatever the customer wrote. It knows the usual words in a few languages,
messages that imitate our own format, text that hides, and long runs of encoded text. An angry
customer says `you ignore the rules` and `you act as if`, too: that is none.
"""

import re

from domain.plain import plain
from domain.prompting import MAX_LOOKED_AT

LOOKED_AT = MAX_LOOKED_AT
"""Characters that are looked at: as many as a model could be shown something of."""

_BEGINS = re.compile(
    r"(?:^|[.!?:;,\"'>(*\n-] {0,3}|\b(?:please|and|to|must|now|then|should|so|just) )$",
    re.IGNORECASE,
)
"""What stands before an order. `You ignore the rules` is none: that is an angry letter."""

_DEEDS = re.compile(
    r"\b(?:(?:ignore|disregard|forget|override|bypass)\b[^.\n]{0,40}\b(?:instructions?|prompts?|rules"
    r"|guidelines|directions|(?:all|everything|anything) (?:\w{1,20} ){0,3}"
    r"(?:above|before|previous))"
    r"|(?:act as|pretend to be|pretend you are) (?:an?|the|my)"
    r"|(?:print|repeat|reveal|output|show|echo|encode)\b[^.\n]{0,30}\b(?:prompt|placeholders?|canary"
    r"|your (?:instructions|rules|secret)|secret (?:mark|key|word|token)))\b",
    re.IGNORECASE,
)
_SIGNS = re.compile(
    r"\b(?:(?:all|any|the|your) (?:previous|prior|above|earlier) (?:instructions?|prompts?|rules)"
    r"|(?:system|developer|hidden) (?:prompt|instructions?)|your (?:prompt|canary|secret mark)"
    r"|prompt injection|jailbreak|do anything now|developer mode|god mode"
    r"|you are now (?:an?|the|in) (?:\w{1,20} )?"
    r"(?:ai|assistant|bot|chatbot|model|machine|mode|admin)"
    r"|you are (?:an ai|a language model|a chatbot|me now)"
    r"|new (?:instructions?|rules?|task) ?(?=:)|new rules? from your|as an ai|language model"
    r"|run (?:the )?playbook|call (?:the )?(?:function|tool)|tool_calls?"
    # German, Spanish, French
    r"|(?:ignoriere?n?|vergiss|missachte)\b[^.\n]{0,40}"
    r"\b(?:anweisung|anweisungen|regeln|vorgaben|vorherigen?|bisherigen?)"
    r"|(?:ignora|olvida|omite)\b[^.\n]{0,40}"
    r"\b(?:instrucciones|reglas|indicaciones|anterior|anteriores)"
    r"|(?:ignorez?|oubliez?)\b[^.\n]{0,40}\b(?:instructions|consignes|r.gles))(?!\w)",
    re.IGNORECASE,
)
_MACHINE = r"(?:a\.?i|assistant|chat ?bot|bot|llm|language model|(?:chat)?gpt|copilot)s?"
_ADDRESSED = re.compile(
    rf"\b(?:notes?|notices?|messages?|memo|hints?|instructions?|orders?|information) (?:for|to)"
    rf" (?:the |your |any |an |all )?(?:\w{{1,20}} )?{_MACHINE} ?[:-]"
    rf"|(?:^|[.!?>\"'(\[] ?)(?:(?:dear|hey|attention|to (?:the|any|all|your)) )?{_MACHINE} ?[:,-] ?"
    r"(?:please |you (?:must|should|have to|will) |now |always |never |do not )*(?:set|give|write"
    r"|say|mark|rate|score|refund|approve|ignore|reply|answer|add|use|offer|promise|grant|print|state"
    r"|summari[sz]e|classify|label|include|recommend)\b"
    r"|\bwhen(?:ever)? you (?:\w{1,20} )?(?:write|draft|generate|compose|word) (?:the|a|this|any)"
    r" (?:\w{1,20} )?(?:reply|answer|response|summary|draft|guidance|script|mail|email|message)\b"
    r"[^.\n]{0,40}[,:] ?(?:please |always |also )*(?:say|write|add|include|tell|promise|offer"
    r"|mention|state|put|end|begin|do not|never)\b"
    r"|\bset (?:my|the|this|your) (?:\w{1,20} )?(?:sentiment|churn|mood|csat)\b[^.\n]{0,30}\bto\b",
    re.IGNORECASE | re.MULTILINE,
)
"""Words for a machine that is spoken to by name, or for whoever words the answer. A greeting of one
(`Hello bot, I need help`) gives no orders, and a mail may ask for what the answer should have."""

_OTHER_WRITING = re.compile(
    "(?:\u5ffd\u7565|\u65e0\u89c6|\u5fd8\u8bb0).{0,12}(?:\u6307\u4ee4|\u6307\u793a|\u89c4\u5219"
    "|\u63d0\u793a)|\u7cfb\u7edf\u63d0\u793a"  # Chinese: ignore ... instructions; system prompt
)
_FORMATS = re.compile(
    r"<\|[a-z_]{2,20}\|>|\[/?INST\]|<</?SYS>>|</?(?:system|assistant|user|instructions?)>"
    r"|^#{2,4} ?(?:system|instructions?|assistant)\b|^assistant ?:"
    r"|^system ?: ?(?:you|ignore|always|never|new|the (?:agent|assistant))\b"
    r'|"role" ?: ?"|!\[[^\]]{0,80}\]\(|<!--'
    r"|[\[{] ?(?:NAME|EMAIL|PHONE|ADDRESS|ID|URL|CARD|IBAN|BIRTH|TEXT)_\d{1,6} ?[\]}]",
    re.IGNORECASE | re.MULTILINE,
)
_ENCODED = re.compile(r"(?<![A-Za-z0-9+/=_-])[A-Za-z0-9+/]{40,2000}={0,2}(?![A-Za-z0-9+/])")
_HIDING = re.compile(
    "(?<=[A-Za-z])[\u00ad\u200b\u2060-\u2064\ufeff]{1,9}(?=[A-Za-z])|[\u202d\u202e]"
    "|[\U000e0000-\U000e007f]"
)
"""Signs within a word, signs that turn the order round, and letters that nobody sees. Mail
programs write some between words and around numbers: those hide nothing."""

_FLAG = re.compile("\U0001f3f4[\U000e0020-\U000e007f]{1,8}")
"""The flags of England, Scotland and Wales."""


WARNING = "A message tries to give orders to a machine. Read it yourself."
"""What the agent is told."""


def suspicious(text: str) -> bool:
    """Whether the text reads as if it were meant for a machine."""
    text = text[:LOOKED_AT]
    read = plain(text)
    return bool(
        _HIDING.search(_FLAG.sub("", text))
        or _SIGNS.search(read)
        or _ADDRESSED.search(read)
        or any(_is_order(read, found.start()) for found in _DEEDS.finditer(read))
        or _OTHER_WRITING.search(read)
        or _FORMATS.search(read)
        or any(_mixed(found.group()) for found in _ENCODED.finditer(read))
    )


def _is_order(text: str, at: int) -> bool:
    return bool(_BEGINS.search(text[max(0, at - 12) : at]))


def _mixed(run: str) -> bool:
    """Small and capital letters and digits, as encoded text has them; no word is like that."""
    return (
        any(map(str.islower, run)) and any(map(str.isupper, run)) and any(map(str.isdecimal, run))
    )
