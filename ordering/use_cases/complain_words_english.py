"""What English words tell about a complaint: patterns beside the Swedish ones of complain_words."""

_NOT = r"(?:not|never|\w+n'?t)"
_CAME = r"(?:come|came|arrived?|receive[sd]?|got|gotten|get|turn(?:ed)? up|show(?:n|ed)? up|here)"
_PARCEL = r"(?:parcel|package|box|carton|delivery|order)(?:e?s)?"
_BROKEN = r"(?:broken|crushed|wet|damaged|dented|torn|leak\w*|ripped|smashed)"
_COUNT = r"(?:\d+|one|two|three|four|five|six|seven|eight|nine|ten|twelve|half)"
_ALL = r"(?:all|everything|enough|the whole|the right)"

KINDS: dict[str, str] = {
    "wrong_address": r"\bwrong (?:\w+ )?(?:address|door|house|flat|person|place|pickup point)|\bneighbou?r"
    r"|\bto (?:someone|somebody) else\b|\bold address\b",
    "missing": rf"\b{_NOT}\b(?: \w+){{0,3}} {_CAME}\b(?! {_ALL}\b)|\bnothing (?:\w+ ){{0,2}}{_CAME}\b"
    rf"|\b{_PARCEL} (?:is|was|are|has been|have been|went|got) (?:missing|gone|lost|stolen)\b"
    r"|\b(?:someone|somebody) (?:has )?t(?:ook|aken)\b|\bcan(?:no|')t find (?:my|the) (?:parcel|package|box)",
    "late": r"\b(?:is|are|was|came|too|very|so) late\b|\bdelayed\b"
    r"|\b(?:should have|supposed to) (?:\w+ )?(?:come|arrive|been)|\b(?:been|still) waiting\b",
    "wrong_article": r"\bwrong (?:items?|products?|articles?|things?|sizes?|length|colou?r|flavou?rs?|kind|sort|model"
    r"|brand|type|ones?)\b|\b(?:someone|somebody) else'?s\b|\bmixed up\b"
    rf"|\b(?:got|received|sent|came)\b.*\b(?:but|when|instead)\b.*\border|\binstead of\b(?! (?:\w+ )?{_COUNT}\b)"
    r"|\bordered\b.*\b(?:but|and)\b.*\b(?:got|received|came|sent)\b(?! (?:not|nothing|never))",
    "wrong_number": r"\bwrong (?:number|amount|quantity)\b|\bonly half\b|\bhalf of\b|\bdouble\b"
    r"|\btoo (?:few|many|little)\b"
    r"|(?<!parcel )(?<!package )(?<!delivery )(?<!order )(?<!box )\b(?:is|are|was|were) (?:missing|lacking)\b"
    rf"|\bonly (?:\w+ )?{_COUNT}\b"
    rf"|\b{_COUNT}\b.*\b(?:should|but (?:only|i|got|received)|instead|ordered)\b.*\b{_COUNT}\b"
    rf"|\b{_NOT} {_CAME} {_ALL}\b",
    "damaged": rf"\b{_PARCEL}\b.*\b{_BROKEN}|\b{_BROKEN} (?:\w+ )?{_PARCEL}\b"
    rf"|\b{_BROKEN}\b.*\b(?:when|on) (?:\w+ )?(?:came|arriv\w+|got here)|\b{_PARCEL} (?:was|is) (?:\w+ )?open(?:ed)?\b",
    "defect": r"\b(?:not|\w+n'?t) (?:\w+ )?(?:work|stick|fit|start|stay|hold|read)\w*|\bstop(?:s|ped)? working"
    r"|\bbroken?\b|\bleak|\bdefect|\bfaulty\b|\bf(?:a|e)ll(?:s|en)? off|\bcame? (?:loose|off)\b"
    r"|\bwrong (?:values?|readings?|figures|numbers)|\berrors?\b|\bcrack|\bmou?ld|\bsour\b|\bgone bad\b"
    r"|\bexpired\b|\bbest before\b"
    r"|\bbent\b|\bholes? in\b|\bsmells?\b|\btastes?\b|\b(?:poor|bad) quality\b|\blump"
    r"|\b(?:sensor|pump|meter)\w* (?:\w+ )?died\b",
    "return": r"\breturn|\b(?:send|give|take) (?:\w+ ){0,3}back\b",
}
LEFT_OVER = (
    r"\bleft ?over|\b(?:have|got) (?:\w+ ){1,5}left\b|\bpassed away\b|\bdied\b|\bunused\b"
    r"|\b(?:not|never) (?:been )?used\b"
    r"|\bno longer (?:needs?|uses?)\b|\b(?:not|n'?t) need (?:\w+ ){0,2}any ?more\b|\bstopped using\b"
)
WANTED: dict[str, str] = {
    "new_delivery": r"\b(?:send|want|need|get|have|like) (?:\w+ ){0,3}(?:new|another|replacement)"
    r"|^(?:a )?new\b|\breplace"
    r"|\bsend (?:\w+ ){0,3}(?:again|the rest|the right|the missing)",
    "return": KINDS["return"],
    "report": r"\b(?:just|only) (?:\w+ ){0,3}(?:report|tell|know|inform|say)|\bnothing (?:more|else|special)\b",
}
WANTED_WHEN_ASKED: dict[str, str] = {
    "new_delivery": r"\bswap|\bexchange|\bthe right (?:ones?|items?|products?|size|kind|sort)\b|\bwhat i ordered\b"
    r"|\bnew\b|\bthe rest\b|\bwhat is missing\b",
    "return": r"\bpick (?:it|them) up\b|\bcollect\b",
    "report": r"^nothing\b|\bwhatever\b|\brefund|\bmoney back\b",
}
TO_ORDER = r"\b(?:want|need|like|have|can i|could i) (?:\w+ ){0,3}order\b"
A_THING = r"(?:hello\W+|hi\W+)?(?:the|my) (\w{3,}) (?:\w+ ){0,3}?(?:is|was|has|does|stopped)\b"
