"""The English words that `domain.intake` reads by: each list is one rule, each line one wording.

They are regular expressions over lower-cased text with single spaces, of bounded length, found
between word ends. A wording belongs here when it is plain in most mails that hold it; what needs
its sentence to be understood is left to the classifier and to people.
"""

from models.escalation import EscalationType

_THINGS = (
    r"(?:orders?|purchases?|items?|appointments?|meetings?|bookings?|reservations?|visits?|calls?"
    r"|newsletters?|payments?|transfers?|transactions?|debits?|cards?|invoices?|delivery|deliveries|tickets?)"
)
"""What can be cancelled without leaving."""

_GAP = rf"(?:(?!(?:{_THINGS}|for|of|from|on|in|to|about|with|by|and|or|if)\b)[\w'-]+ ){{0,4}}"
_OURS = (
    r"(?:accounts?|acc|subscriptions?(?! to)|services?|contracts?|memberships?|plans?"
    r"|polic(?:y|ies)|agreements?|loans?|mortgage|everything|the whole thing|it all)"
)
_END = (
    r"(?:cancel|cancell?ing|clos(?:e|ing)|delet(?:e|ing)|terminat(?:e|ing)|(?:de|in)activat(?:e|ing)"
    r"|discontinu(?:e|ing)|disabl(?:e|ing))"
)
_ELSEWHERE = (
    r"(?:(?:a|an|the|your|one of your|some) )?(?:competitors?|competition"
    r"|(?:another|other|different) (?:company|provider|supplier|bank|firm|vendor)"
    r"|some(?:one|body|where|place) else|elsewhere)"
)
_WILL = (
    r"(?:want(?:ed|s)? to|wish to|going to|gonna|would like to|'d like to|need(?:s|ed)? to|have to"
    r"|decided to|about to|ready to|plan(?:ning)? to|will|'ll|just|please|thinking (?:about|of)"
    r"|considering|(?:i|we) may|(?:i|we) might|(?:i|we)(?:'m| am|'re| are))"
)

CANCEL = (
    rf"{_END} {_GAP}{_OURS}",
    r"(?:end|ending|quit|quitting|drop|dropping|leave|leaving) (?:my|our|your|this)"
    rf" {_GAP}{_OURS}",
    rf"(?:remove|removing) {_GAP}accounts?",
    r"leaving (?:the|this|your) (?:bank|company|firm|service)",
    rf"(?:get|getting) rid of {_GAP}{_OURS}",
    r"(?:account|subscription|service|contract|membership)s? (?:cancell?ation|deletion"
    r"|termination|closure|removal)s?",
    rf"(?:cancell?ation|deletion|termination|closure|removal) of (?:my|our|the|an?) {_GAP}{_OURS}",
    rf"(?:i|we)(?: have|'ve| had)?(?: just| already)? (?:cancell?ed|closed) {_GAP}{_OURS}",
    rf"{_WILL} cancel(?:l?ing)?(?! (?:it|that|this|them|the one)\b)"
    rf"(?![^.!?\n]{{0,60}}\b{_THINGS}\b)",
    r"(?:want to|wanna|going to|will|'ll|ready to|decided to) (?:quit|leave)"
    r"(?=$|[.,!\n]| you| for good)",
    r"(?:i|we)(?:'m| am|'re| are) (?:leaving|done|finished|through)(?: with)? (?:you|your|this)",
    r"(?:go|going|switch|switching|move|moving|change|changing|take|taking|sign|signing)"
    rf"(?: (?:my|our) (?:\w+ ){{1,2}})? ?(?:over )?(?:to |with |up with )?{_ELSEWHERE}",
    r"(?:switch|switching|change|changing) (?:provider|supplier|compan(?:y|ies)|bank|vendor)s?",
    r"(?:your|a|the) competitors?",
    r"(?:not|won't|never) (?:be )?(?:renew(?:ing)?|using you|use you|do business|doing business)",
    rf"(?:don't|do not|no longer) (?:need|want) (?:my|our|the|this|that|your) {_GAP}{_OURS}",
    r"(?:no longer|don't|do not) (?:want|wish) to be (?:a|your) customer",
    r"last straw|lose (?:me|us) as (?:a )?customers?|lost (?:me|us) as (?:a )?customers?",
)
BILLING = (
    r"(?:charg|bill|invoic|debit)(?:ed|ing) (?:\S+ ){0,5}(?:twice|double|two times|too much"
    r"|wrong(?:ly)?|incorrectly|by mistake|without|even though|more than)",
    r"double[- ](?:charg|bill|pay)\w*|over[- ]?charg\w+|charge ?backs?|(?:being|been) billed",
    r"(?:wrong|incorrect|unexpected|unknown|unauthori[sz]ed|extra|second|duplicate|hidden|strange)"
    r" (?:\w+ )?(?:charge|payment|bill|invoice|fee)s?",
    r"(?:charge|payment|fee|bill|invoice)s? (?:\w+ ){0,4}(?:wrong|incorrect|error|mistake)",
    r"(?:don't|do not|didn't|did not) (?:recogni[sz]e|authori[sz]e|make|order) (?:\w+ ){0,3}"
    r"(?:charge|payment|transaction)s?",
    r"refund(?:s|ed|ing)?|money back|reimburs\w+|compensations?|restitution",
    r"(?:my|the|our|that) (?:\w+ )?(?:[$£€][\d.,]+|[\d.,]+ ?[$£€]|payment|deposit) back",
    r"(?:disput|contest)(?:e|ed|ing) (?:\w+ ){0,3}(?:charge|bill|invoice|payment)s?",
    r"(?:issue|problem|error|trouble|mistake)s? (?:\w+ ){0,3}(?:payments?|billing|bill|invoices?)",
    r"(?:payment|billing|invoice) (?:issue|problem|error|mistake|dispute)s?|you owe (?:me|us)",
)
_WORKER = (
    r"(?:technicians?|engineers?|crew|driver|plumber|electrician|installer|fitter|contractor|team"
    r"|no ?body|no ?one|he|she|they|you|your (?:\w+ )?(?:guy|man|people|person))"
)
MISSED = (
    rf"{_WORKER} (?:\w+ ){{0,3}}(?:(?:didn't|did not|never|hasn't|has not|haven't|failed to)"
    r" (?:\w+ )?(?:show(?:ed|n)?|come|came|turn(?:ed)? up|arrived?|appear(?:ed)?))",
    r"no ?(?:body|[- ]?one) (?:\w+ ){0,3}(?:showed|came|turned up|arrived|shows|comes)",
    r"(?:technician|engineer|crew|your \w+)(?: was| were)? (?:a )?no[- ]?shows?|no[- ]shows?",
    r"(?<!\bi )(?<!\bwe )(?<!\bi've )(?<!\bi have )missed (?:\w+ ){0,3}"
    r"(?:appointments?|visits?|slots?)|appointments? (?:was|were) missed",
    r"stood (?:me|us) up|(?:never|didn't|did not) (?:show(?:ed)?|turn(?:ed)?) up",
    rf"{_WORKER} (?:\w+ )?cancell?ed (?:\w+ ){{0,3}}(?:appointments?|visits?)",
    r"appointments? (?:was|were|got|has been|have been) (?:\w+ )?(?:cancell?ed|moved|forgotten)",
    r"waited (?:\w+ ){0,2}(?:all|whole|half the|entire) (?:day|morning|afternoon|evening)",
)
QUALITY = (
    r"complain(?:t|ts|ed|ing)?|(?:consumer|customer|client) (?:\w+ )?(?:claim|reclamation)s?",
    r"(?:make|file|lodge|submit|fill|making|filing|lodging|submitting|mak) (?:an? |some )?(?:\w+ )?"
    r"(?:claim|reclamation)s?|(?:claim|reclamation)s? against",
    r"(?:not|isn't|wasn't|aren't)(?: at all| very| really| too| so)?"
    r" (?:happy|satisfied|pleased|good enough)"
    r"|unhappy|dissatisfied|unsatisfied|disappoint(?:ed|ing|ment)|let (?:me|us) down",
    r"unacceptable|unprofessional|shoddy|sloppy|incompeten\w+|appalling|disgraceful|rude(?:ly|ness)?",
    r"(?:terrible|awful|horrible|poor|bad|lousy|worst|dreadful|pathetic|useless) (?:\w+ ){0,2}"
    r"(?:service|work|job|quality|experience|support|treatment|company|customer service)",
    r"(?:service|work|job|quality|experience|support) (?:is|was|has been) (?:\w+ )?(?:terrible"
    r"|awful|horrible|poor|bad|lousy|dreadful|the worst|useless|a joke)",
    r"(?:still|again) (?:\w+ ){0,2}(?:broken|leaking|not working|not fixed|doesn't work|cold|down)",
    r"(?:broken|leaking|leaks|broke|failed|down) (?:yet )?again"
    r"|(?:doesn't|does not|stopped) work(?:ing)?",
    r"(?:damaged|scratched|ruined|wrecked) (?:my|our|the)|left a mess|half[- ]finished|botched",
)
EXECUTIVE = (
    r"(?:s?vp|evp|vice[- ]president|ceo|cfo|coo|cto|cio|chief \w+ officer|managing director)",
    r"(?:i am|i'm|as) (?:the |a |an )?(?:\w+ )?(?:president|founder|director|head) (?:of|at)",
    r"board of directors|our board|c[- ](?:suite|level)|executive (?:team|office|sponsor)",
    r"(?:speak|talk|write|writing|complain) (?:to|with) (?:\w+ ){0,2}(?:executives?|president)",
)
TYPE_RULES = (
    (EscalationType.EXECUTIVE, EXECUTIVE),
    (EscalationType.CANCEL_THREAT, CANCEL),
    (EscalationType.BILLING_DISPUTE, BILLING),
    (EscalationType.MISSED_APPOINTMENT, MISSED),
    (EscalationType.SERVICE_QUALITY, QUALITY),
)

LEGAL = (
    r"(?:my|our|a|an|the|your) (?:lawyer|attorney|solicitor)s?|lawyers?|attorneys?|legal action",
    r"su(?:e|ing) (?:you|your|them)|lawsuit|small claims",
    r"(?:take|see) (?:you|this|them)(?: to| in) court",
    r"charge ?backs?|ombudsman|attorney general|trading standards",
    r"go(?:ing)? to the (?:press|media|papers)",
)
DANGER = (
    r"gas leak|smell(?:s|ing|ed)? (?:of )?(?:gas|smoke|burning)|carbon monoxide|caught fire|on fire"
    r"|fire hazard|spark(?:s|ing)|electric shock|electrocuted|burst pipe|flood(?:ed|ing)|injured"
    r"|hospital|unsafe|dangerous",
)
ANGER = (
    r"furious|angry|outraged|outrageous|livid|fed up|had it|had enough|sick (?:and tired )?of"
    r"|disgust\w+|ridiculous|unacceptable|the worst|scam(?:med)?|rip[- ]?off"
    r"|thieves|liars?|i hate|appalling"
    r"|disgrace(?:ful)?|fuck\w*|shit\w*|damn|bullshit|last straw",
)
REPEATED = (
    r"(?:second|third|fourth|fifth|sixth|2nd|3rd|[4-9]th) time|(?:again and again|over and over)"
    r"|(?:two|three|four|five|several|many|multiple) times|yet again|twice (?:already|now|before)"
    r"|(?:two|three|four|five) missed",
)
SUPERIOR = (
    r"(?:speak|talk|get|put|transfer|connect|escalate)(?: me| this| us)? (?:\w+ ){0,3}"
    r"(?:manager|supervisor)",
)
CALM = (
    r"no (?:rush|hurry)|not urgent|whenever you (?:can|have)"
    r"|when you have (?:a )?(?:time|minute|moment)",
    r"quick question|just (?:wondering|curious)|small (?:thing|question)",
    r"thank you for (?:the|your) (?:\w+ )?(?:great|good|quick|excellent|help|work|visit)",
    r"(?:great|excellent|amazing|wonderful|fantastic|lovely|brilliant) (?:service|job|work)"
    r"|highly recommend(?:ed)?|keep up the good work",
)
