"""The words that make a promise, a kind each, in English and a few other languages.

The rule. A word is here when a customer could hold us to it. What is only kind, such as `we will
make this right`, is not. No expression begins within a word (`domain.promises` sees to it).
"""

_BILL = r"(?:bill|price|cost|fee|invoice|plan|total|charge|rate|sum|amount|visit|balance|payment)s?"
_THIS = r"(?:your|the|this|that|each|every|any|all)"

_FREE_TIME = (
    r"(?:giv|add|get)(?:e|es|s|ing|ting)? (?:you )?(?:a|an|one|two|three|six|twelve|another|\d+)"
    r" (?:\w+ )?{one}s?\b|(?:free|gratis) {one}s?\b"
    r"|{one}s? (?:is |are |will be )?(?:on (?:me|us)|free)\b"
)
_GONE = (
    r"sent|shipped|mailed|dispatched|ordered|paid|transferred|replaced|repaired|installed"
    r"|delivered|approved|fired|promoted"
)
_DONE = rf"{_GONE}|booked|put in|arranged|scheduled|fixed|moved|hired|told (?:him|her|them|the)"
"""What is done for a customer, as if it were over. A visit `is booked` where its day is in the
facts: that is for another check."""

KINDS = {
    "money back": r"refund\w*|money back|reimburs\w+|pay(?:ing)? (?:you )?back|chargeback"
    r"|rembours\w+|erstatt\w+|r\u00fcckerstatt\w+|geld zur\u00fcck|reembols\w+|devoluci\w+"
    r"|your (?:own )?money\b|wire (?:you|it|the|all)\b|(?:every|each) (?:cent|penny|dollar)"
    rf"|transfer {_THIS} (?:\w+ )?(?:sum|money|amount)|whole (?:sum|amount)"
    r"|(?:all|everything|whatever)(?: that)? you(?:'ve| have)? (?:ever )?paid\b(?! for)"
    r"|(?:send|mail|write|cut|get)\w* (?:you )?a che(?:ck|que)\b",
    "that money goes back": r"(?:money|cents?|dollars?|payments?|fees?|costs?|sum|price|\$[\d.,]+)"
    r" (?:\S{1,30} ){0,4}(?:back|returned|again)\b|(?:back|return|returned) (?:\S{1,30} ){0,4}"
    r"(?:money|cents?|dollars?|payments?|fees?|\$\d)",
    "less to pay": r"discount\w*|rebate\w*|\w{0,20}rabatt\w*|descuento\w*"
    r"|reduced (?:rate|price|fee)|(?:%|percent|dollars|euros|\d) off\b|half[- ]price"
    r"|lower (?:price|rate|bill)|cut (?:your|the) (?:price|bill|rate)|knock \S{1,12} off|price cut"
    rf"|halv(?:e|es|ed|ing)\b|half (?:of )?{_THIS} (?:\w+ )?{_BILL}\b"
    r"|pays? (?:\w+ )?(?:half|less|a (?:third|quarter|part))\b"
    r"|(?:third|quarter|fifth|tenth|half|lot|bit)s? (?:less|off)\b"
    rf"|off (?:of )?{_THIS} (?:\w+ )?{_BILL}\b|cheaper|cost you less"
    r"|(?:price|bill|rate|fee) (?:will )?(?:goes|go|comes|come|is|be) down"
    r"|(?:price|rate|fee) (?:\w+ ){0,2}(?:the same|frozen|locked)",
    "something free": r"(?:for )?(?<!day )(?<!days )(?<!morning )free(?! to\b| up\b| of\b)\b"
    r"|on the house|complimentary|kostenlos\w*|gratis",
    "a free month": _FREE_TIME.format(one="month"),
    "a free year": _FREE_TIME.format(one="year"),
    "that nothing is to be paid": r"waiv\w+|no charge|without charge|no cost|at our expense"
    r"|(?:weeks?|visits?|bills?|rest|next (?:one|time)) (?:is |are |will be )?on me\b"
    r"|(?<!called )on us\b"
    r"|(?:not|never|no longer|\w{2,5}n't) (?:\w+ ){0,2}(?:pay|charge|bill|owe)\b"
    r"|(?:not|never|no longer|\w{2,5}n't) (?:\w+ ){0,2}cost\b"
    r"|(?:forget|drop|strike|erase|clear|wipe|cancel|void|tear up) (?:\w+ ){0,4}"
    r"(?:you (?:still |now |may )?owe|debts?|balance)\b"
    r"|owe (?:us )?(?:nothing|zero)|write off|written off|our treat"
    r"|pays? (?:us )?(?:nothing|zero|no more|no longer|not a cent)"
    r"|costs? (?:you )?(?:nothing|zero|not a cent)"
    rf"|{_BILL} (?:is|are|will be|goes|go) (?:now )?(?:to )?(?:zero|nothing|gone|void|paid|on me)\b"
    r"|(?:no|forget|strike|drop|skip|tear up) (?:(?:your|the|this|that|next|more) ){0,3}bills?\b"
    r"|no (?:price|fee)\b|covered by us|cover (?:it|all|the cost)|drop the (?:bill|fee)"
    rf"|take care of {_THIS} (?:\w+ )?{_BILL}\b|(?:and|will) pay for (?:all|it|this|that)"
    r"|(?:we|i)(?:'ll| will| can| shall)? (?:\w{2,12}ly |also |just )?pay\b(?! attention)",
    "credit": r"credit(?:s|ed|ing)?(?! card)\b|gutschrift\w*|gutschein\w*|voucher\w*|gift ?card\w*"
    r"|cash|bonus\w*|double (?:what|your|the)\b"
    r"|(?:put|add|send|move) (?:\S{1,30} ){1,4}(?:on|to|into|in) your (?:account|card|bank)",
    "a gift": r"gifts?\b|(?:a|your|some) (?:\w+ )?present\b|presents\b",
    "compensation": r"compensat\w+|damages\b|make up for (?:all|your|the|what)|indemni\w+"
    r"|entsch\u00e4dig\w+|compensaci\w+|goodwill|pay (?:you|for your)|payout\w*|settlement",
    "a guarantee": r"guarant\w+|garant\w+|warrant\w+|i swear|promise you\b|100 ?% (?:sure|certain)"
    r"|(?:not|never|\w{2,5}n't) (?:ever )?happen again|(?:have|is) my promise|count on it"
    r"|that is (?:sure|certain)|you have my word|assure you",
    "that something ends": r"(?:i|we)(?:'ll|'ve| will| have| did| just){0,2} (?:cancel|clos|delet"
    r"|terminat|end)\w* (?:your|this|the|it)\b"
    r"|you (?:can|may|could|are free to) (?:\w+ ){0,2}(?:leave|quit|go|end|cancel) (?:\w+ ){0,3}"
    r"(?:contract|plan|deal|any ?time|at once|now)\b"
    r"|(?:your|the|this) (?:\w+ )?(?:contract|plan|account|deal|subscription|service|membership)s?"
    r"(?:'s| is| are| has been| have been| will be| gets?| comes?) (?:\w+ ){0,2}"
    r"(?:end|clos|cancel|delet|terminat|void|over\b|stopped|done with)",
    "that something was done": r"(?:we|i)(?:'ve| have)(?: just| already| now| also)* (?:got )?"
    rf"(?:{_DONE})\b(?! (?:you|him|her|them) (?:down|wait))|(?:we|i) (?:just|already) (?:{_DONE})\b"
    rf"|(?:has|have|is|are) (?:just |already |now )*(?:been )?(?:{_GONE})\b"
    r"|(?:technician|tech|man|woman|men|van|team|crew|parcel|part|somebody|someone|colleague|one of"
    r" us)s? (?:is|are) (?:now |already )*(?:on (?:the|his|her|its|their) way|under ?way"
    r"|at your (?:door|home|house))",
    "our guilt": r"our (?:own )?(?:fault|negligence|liability|mistake|error|wrong|blame)\b"
    r"|(?:we|i) (?:are|am) (?:\w+ )?(?:liable|at fault|to blame|guilty|legally)"
    r"|we're (?:liable|at fault|to blame)|legal(?:ly)? (?:responsib\w+|liab\w+|bound)"
    r"|accept (?:all |full |legal )?liability|admit (?:fault|guilt|liability|that we)|negligen\w+"
    r"|breach of contract|breached|(?:take|took|bear|accept) (?:all |full )?(?:the|all) blame"
    r"|(?:broke|broken|against|violate[ds]?) (?:the|your|a|our) (?:law|contract|rules)\b"
    r"|illegal|unlawful|unsere schuld",
}
"""Each kind of promise, and the words that make it."""

UNSPACED = {
    "money back": r"\u9000\u6b3e|\u9000\u94b1|\u8fd4\u91d1",
    "less to pay": r"\u6298\u6263|\u5272\u5f15",
    "something free": r"\u514d\u8d39|\u7121\u6599",
    "compensation": r"\u8d54\u507f",
}
"""The same in writing that has no spaces between words."""

_NUMBER = r"(?:two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|\d{1,4})"

MORE_ONCE = (
    r"\b(?:each|every|per) (?:\w+ )?(?:day|week|month|year|quarter|time|visit|bill|call|one)\b"
    r"|\ba (?:day|week|month|year)$|\b(?:from now on|as long as|for (?:life|ever|good|always)"
    r"|forever|all of it|it is all|it's all|unlimited|no limit|on top|double"
    r"|twice (?:the|as|that))\b"
    rf"|\b(?:credit|refund|month|year|gift|visit|it|that|off|dollar|voucher|\d)s? {_NUMBER} times\b"
    r"|\ball (?:that )?you(?:'ve| have)? paid\b"
)
"""In the breath of a promise: it is more than the step gives, or more often."""

MORE_THEN = (
    rf"\b(?:one|another|some|{_NUMBER}) more\b"
    r"(?! (?:thing|question|word|time|minute|call|step|try|day|note|point))|^another$"
    rf"|^(?:for )?(?:each|every|per)\b|^(?:a|once a|twice a) (?:day|week|month|year)\b"
    rf"|^{_NUMBER} times$|\b(?:and so on|the same again)\b"
)
"""After a promise, in its sentence: there is more of it."""
